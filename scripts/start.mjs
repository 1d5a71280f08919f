// Starts the server from any state of the checkout. In this very process, so that signals reach
// the server itself: package.json has the shell make way for it (`exec`; where the shell has no such
// word, as on Windows, the second half of the line starts it).
import { root } from './lib/project.mjs';
import { readEnvFile } from './lib/env-file.mjs';
import { prepare } from './lib/prepare.mjs';
import { stopWithParent } from './lib/parent.mjs';

stopWithParent();
await prepare();
readEnvFile();
// The defaults `./data` and `config/gms.yaml` mean the checkout's.
process.chdir(root);
await import('../dist/src/main.js');
