import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Circles of folders: groups of folders each of which needs, by way of the others, itself. One line
 * a circle, with a file that draws each arrow of it.
 *
 * A folder and those below it are one house: arrows between them do not count. Neither do those of
 * `index.ts` and of Nest's modules, which put together what stands elsewhere.
 * @param files paths relative to `root`, with `/`, of the sources to read
 */
export function folderCircles(root, files) {
  const arrows = new Map();
  for (const file of files) {
    if (/(\.spec\.ts|\.module\.ts|\/index\.ts)$/.test(file)) continue;
    for (const target of importsOf(root, file)) {
      const [from, to] = [dirname(file), dirname(target)];
      if (isWithin(from, to) || isWithin(to, from)) continue;
      const found = arrows.get(from) ?? new Map();
      arrows.set(from, found.set(to, found.get(to) ?? `${file} -> ${target}`));
    }
  }
  return groups(arrows).map((folders) => {
    const within = folders.flatMap((from) =>
      folders.flatMap((to) => arrows.get(from)?.get(to) ?? []),
    );
    return `${folders.join(', ')}: ${within.join('; ')}`;
  });
}

function importsOf(root, file) {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)'/gm)].map(([, path]) =>
    join(dirname(file), path).replace(/\.js$/, '.ts'),
  );
}

function isWithin(folder, other) {
  return folder === other || folder.startsWith(`${other}/`);
}

/** The strongly connected groups of two folders and more, each sorted. */
function groups(arrows) {
  const reached = new Map(
    [...arrows.keys()].map((folder) => [folder, reachedFrom(folder, arrows)]),
  );
  const found = new Map();
  for (const [folder, goals] of reached) {
    if (!goals.has(folder)) continue;
    const group = [...goals].filter((goal) => reached.get(goal)?.has(folder)).sort();
    found.set(group.join(), group);
  }
  return [...found.values()];
}

function reachedFrom(folder, arrows) {
  const seen = new Set();
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const to of arrows.get(next)?.keys() ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      waiting.push(to);
    }
  }
  return seen;
}
