import { readFileSync } from 'node:fs';
import { inRoot } from './project.mjs';

/**
 * What is wrong with package-lock.json. It must name no host, so that an install takes every
 * package from the registry that the machine is set to, a mirror or the public one; and it must
 * know the packages of every platform, or `npm ci` refuses it.
 */
export function lockFileFaults() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  return [
    ...entries
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([path, { resolved }]) => `${path} names a host: ${resolved}`),
    ...entries
      .filter(([, { integrity, optional }]) => integrity === undefined && !optional)
      .map(([path]) => `${path} has no integrity: it is not from the registry`),
    ...missingPlatformPackages(lock).map(
      ({ name }) => `${name} is missing; node scripts/complete-lock.mjs adds it`,
    ),
  ].map((fault) => `package-lock.json: ${fault}`);
}

/** Optional dependencies that the lock file has no entry for. */
export function missingPlatformPackages({ packages }) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** Looks where Node would: in the node_modules of the package, then of those around it. */
function isLocked(packages, path, name) {
  for (let around = path; ; around = around.slice(0, around.lastIndexOf('/node_modules/'))) {
    if (packages[`${around}/node_modules/${name}`] || packages[`node_modules/${name}`]) return true;
    if (!around.includes('/node_modules/')) return false;
  }
}
