import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

/**
 * For TypeORM's command line, after `npm run build`: `npx typeorm migration:show -d dist/ormconfig.js`
 * lists the migrations of the database in DATABASE_URL, `schema:log` says where its tables differ
 * from the entities. The server itself migrates at every start.
 */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [fileURLToPath(new URL('src/**/*.entity.js', import.meta.url))],
  migrations,
  migrationsTableName: 'schema_migration',
  installExtensions: false,
  // Else TypeORM would generate ids by uuid-ossp, which nobody installs: this one is built in.
  uuidExtension: 'pgcrypto',
});
