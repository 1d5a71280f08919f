import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

/**
 * For TypeORM's command line, as `npx typeorm migration:show -d dist/ormconfig.js` after
 * `npm run build`. The server itself migrates at every start.
 */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations,
  migrationsTableName: 'schema_migration',
  installExtensions: false,
});
