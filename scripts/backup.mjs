// npm run backup -- FILE
import { runTool } from './lib/run-tool.mjs';

await runTool('src/commands/backup.main.js');
