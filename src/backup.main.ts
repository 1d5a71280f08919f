import { megabytes, runCommand } from './core/database/embedded/command-line.js';
import { backUpEmbeddedPostgres } from './core/database/embedded/index.js';

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
