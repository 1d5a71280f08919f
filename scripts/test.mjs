// npm test [-- words for jest]: installs and builds when needed, then runs jest.
import { spawn } from 'node:child_process';
import { inRoot, root } from './lib/project.mjs';
import { prepare } from './lib/prepare.mjs';
import { removeLeftovers } from '../test/support/test-postgres.mjs';

await prepare();
const jest = spawn(
  process.execPath,
  [
    // Nest is made of ES modules, which jest runs behind this option only.
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    inRoot('node_modules/jest/bin/jest.js'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
// A terminal sends Ctrl-C to jest as well; waiting lets it stop its database first.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('exit', async (code, signal) => {
  process.exitCode = signal === null ? code : 1;
  // Interrupted or killed, jest does not come to its teardown.
  await removeLeftovers();
});
