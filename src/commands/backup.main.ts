import { megabytes, runCommand } from './run-file-command.js';
import { backUpEmbeddedPostgres } from '../embedded-postgres/index.js';

await runCommand(
  {
    name: 'backup',
    run: async (order) => {
      const { file, bytes, data } = await backUpEmbeddedPostgres(order);
      return `Backed up the database in ${data} to ${file} (${megabytes(bytes)}).`;
    },
  },
  process.argv.slice(2),
);
