// npm run bench [-- part …] [--rounds=N] [--seconds=N]: see bench/README.md.
import { prepare } from '../scripts/lib/prepare.mjs';

await prepare();
const { main } = await import('./main.mjs');
await main(process.argv.slice(2));
