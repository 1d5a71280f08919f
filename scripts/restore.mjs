// npm run restore -- FILE
import { runTool } from './lib/run-tool.mjs';

await runTool('src/commands/restore.main.js');
