// Compiles src/, migrations/ and ormconfig.ts into dist/; does nothing when nothing changed.
import { prepare } from './lib/prepare.mjs';

await prepare();
