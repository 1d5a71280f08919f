import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { changedMigrations, migrationHashes } from '../../scripts/lib/migration-hashes.mjs';
import {
  compareEntities,
  readSchemaText,
  refusedStatements,
  statement,
} from '../../src/core/database/index.js';
import { NodeEntity } from '../../src/modules/node/node.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the laws of the schema', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  async function createEmptyDatabase(): Promise<string> {
    const url = new URL(database.url);
    const name = `${url.pathname.slice(1)}_empty`;
    await change(`CREATE DATABASE "${name}"`);
    url.pathname = `/${name}`;
    return url.href;
  }

  async function change(sql: string): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  it('names a statement that does not fit the schema', async () => {
    const right = { name: 'test.right', text: 'SELECT id FROM storage_area WHERE id = $1' };
    const wrong = { name: 'test.wrong', text: 'SELECT colour FROM storage_area' };
    expect(await refusedStatements(database.url, [right, wrong])).toEqual([
      'test.wrong: column "colour" does not exist',
    ]);
  });

  it('says where an entity and its table are not the same', async () => {
    const empty = await createEmptyDatabase();
    await change(`ALTER TABLE node DROP CONSTRAINT node_status; ALTER TABLE node ADD size integer`);
    const { changes, lines } = await compareEntities(database.url, empty, [NodeEntity]);
    expect(changes.join('\n')).toContain('ADD CONSTRAINT "node_status"');
    expect(changes.join('\n')).toContain('DROP COLUMN "size"');
    expect(lines.filter((line) => line.includes(' node: '))).toEqual([
      '- node: size integer',
      expect.stringMatching(/^\+ node: CONSTRAINT node_status CHECK /),
    ]);
    // A table without an entity is missing as a whole.
    expect(lines).toContain('- storage_area: CREATE TABLE storage_area (');
  });

  it('shows a change of the schema in its text', async () => {
    const before = await readSchemaText(database.url);
    await change(`
      ALTER TABLE node ADD COLUMN colour text COLLATE "C" DEFAULT 'red' NOT NULL;
      COMMENT ON COLUMN node.colour IS 'seen by nobody';
      CREATE INDEX by_colour ON node (colour) WHERE colour <> 'red'`);
    const after = await readSchemaText(database.url);
    const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
    expect(added).toEqual([
      `  colour text COLLATE "C" DEFAULT 'red'::text NOT NULL,`,
      `CREATE INDEX by_colour ON public.node USING btree (colour) WHERE (colour <> 'red'::text);`,
      `COMMENT ON COLUMN node.colour IS 'seen by nobody';`,
    ]);
  });

  it('names two statements of one name, and refuses a name that PostgreSQL would cut short', async () => {
    const namesakes = ['SELECT 1', 'SELECT 2'].map((text) => ({ name: 'test.namesake', text }));
    expect(await refusedStatements(database.url, namesakes)).toEqual([
      'test.namesake: prepared statement "test.namesake" already exists',
    ]);
    expect(() => statement('x'.repeat(64), 'SELECT 1')).toThrow('longer than 63 bytes');
  });

  it('says which landed migration was changed or is gone', () => {
    const found = migrationHashes();
    const [first = '', second = ''] = Object.keys(found);
    expect(first).toMatch(/^\d+-\w+\.ts$/);
    expect(changedMigrations(found, found)).toEqual([]);
    expect(changedMigrations(found, { ...found, [first]: 'other', [second]: undefined })).toEqual([
      `the landed migration ${first} was changed`,
      `the landed migration ${second} is gone`,
    ]);
  });
});
