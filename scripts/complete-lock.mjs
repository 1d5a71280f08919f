// Adds to package-lock.json the packages of other platforms that its registry mirror lacked.
//
// Packages with native parts (swc, for one) name a package for each platform as optional. A mirror
// that holds only some of them makes `npm install` leave the others out of the lock file, and then
// every `npm ci` refuses it, here and elsewhere. The added entries have no integrity: nobody could
// look it up. Run it after `npm install` when `npm run check -- lock-file` says so.
import { readFileSync, writeFileSync } from 'node:fs';
import { missingPlatformPackages } from './lib/lock-file.mjs';
import { inRoot } from './lib/project.mjs';

const file = inRoot('package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const { name, version, dev } of missingPlatformPackages(lock)) {
  const { cpu, libc, os } = platformOf(name);
  // In npm's own order; JSON leaves out what is undefined.
  lock.packages[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
  console.log(`added ${name} ${version}`);
}
const packages = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(packages);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** What npm decides by whether a machine gets the package: names end in `<os>-<cpu>[-<abi>]`. */
function platformOf(name) {
  const match =
    /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(gnu|musl|\w+))?$/.exec(name);
  if (match === null) throw new Error(`${name} does not name its platform; add it by hand`);
  const [, os, cpu, abi = ''] = match;
  const libc = abi.startsWith('gnu') ? 'glibc' : abi.startsWith('musl') ? 'musl' : undefined;
  return { os: [os], cpu: [cpu], libc: libc && [libc] };
}
