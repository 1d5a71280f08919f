// Starts the server from any state of the checkout. In this very process, so that signals reach
// the server itself.
import { root } from './lib/project.mjs';
import { prepare } from './lib/prepare.mjs';

await prepare();
// The defaults `./data` and `config/gms.yaml` mean the checkout's.
process.chdir(root);
await import('../dist/src/main.js');
