import { runCommand } from './run-file-command.js';
import { restoreEmbeddedPostgres } from '../embedded-postgres/index.js';

await runCommand(
  {
    name: 'restore',
    run: async (order) => {
      const { data, previous, created } = await restoreEmbeddedPostgres(order);
      const kept = previous
        ? ` The database that was there before is kept in ${previous}; delete it when not needed.`
        : '';
      return `Restored the backup of ${created} to ${data}.${kept}`;
    },
  },
  process.argv.slice(2),
);
