import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * A transform for jest: what tests import of the sources and of the heavy packages becomes a few lines
 * that hand on what Node itself has loaded, from dist/ in place of src/. jest alone would compile and
 * run all of it anew for every test file, which took more time than the tests.
 */
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Loads, once in this process, what stands in place of a file. */
export function loadBuilt(file) {
  return require(file);
}

export default {
  getCacheKey(source, path, options) {
    return createHash('sha256')
      .update(codeFor(source, path, options))
      .digest('hex');
  },
  process: (source, path, options) => ({ code: codeFor(source, path, options) }),
};

function codeFor(source, path, { supportsStaticESM }) {
  // What is required is small, or belongs to jest's own setup.
  if (!supportsStaticESM) return source;
  const file = builtFile(path);
  const loaded = `loadBuilt(${JSON.stringify(file)})`;
  const names = Object.keys(loadBuilt(file));
  return [
    `const built = ${loaded};`,
    ...names.map((name, at) => `const value${at} = built[${JSON.stringify(name)}];`),
    `export { ${names.map((name, at) => `value${at} as ${JSON.stringify(name)}`).join(', ')} };`,
    '',
  ].join('\n');
}

/** Packages are what they are; of the project the built file is taken. */
function builtFile(path) {
  if (!path.startsWith(root) || path.includes('/node_modules/')) return path;
  return `${root}dist/${path.slice(root.length).replace(/\.ts$/, '.js')}`;
}
