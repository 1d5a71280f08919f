// npm run backup -- FILE
import { runTool } from './lib/run-tool.mjs';

await runTool('src/backup.main.js');
