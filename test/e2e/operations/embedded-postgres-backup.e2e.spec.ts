import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import {
  answers,
  checkout,
  type DatabaseUser,
  query,
  useEmbeddedDatabases,
} from '../../support/embedded-database.js';

// Servers are created, copied and recovered here, which takes long when others keep the disk busy.
jest.setTimeout(120_000);

interface Outcome {
  code: number | null;
  output: string;
  error: string;
}

/** docs/operations/backup.md: npm run backup -- FILE, npm run restore -- FILE. */
describe('backup and restore', () => {
  const databases = useEmbeddedDatabases();
  let archive: string;
  let source: string;

  beforeAll(async () => {
    source = await databases.seeded();
    archive = join(databases.folder(), 'small.tar.gz');
    const user = await databases.use({ dataDir: source });
    await query(user.url, `CREATE TABLE kept AS SELECT 'from the backup' AS word`);
    await user.stop();
    expect(await run('backup', { dataDir: source }, archive)).toMatchObject({ code: 0, error: '' });
  });

  const wordIn = async (dataDir: string): Promise<unknown> => {
    const user = await databases.use({ dataDir });
    const rows = await query<{ word: string }>(user.url, 'SELECT word FROM kept');
    await user.stop();
    return rows[0]?.word;
  };

  it('carries a database that is written to all the while, as of one moment', async () => {
    const dataDir = await databases.seeded();
    const user = await databases.use({
      dataDir,
      settings: { max_wal_size: '64MB', wal_keep_size: '0' },
    });
    const writers = await startWriters(user);
    const file = join(databases.folder(), 'busy.tar.gz');
    const before = await writers.total();
    const outcome = await run('backup', { dataDir }, file);
    expect(outcome).toMatchObject({ code: 0, error: '' });
    expect(outcome.output).toMatch(
      /^Backed up the database in .*\/data to .*busy\.tar\.gz \(\d+\.\d MB\)\.\n$/,
    );
    const after = await writers.stop();
    await user.stop();

    const target = databases.folder();
    expect(await run('restore', { dataDir: target }, file)).toMatchObject({ code: 0, error: '' });
    const restored = await databases.use({ dataDir: target });
    // Each transaction writes both sides; a copy of two moments would have them differ.
    const [sums] = await query<Record<string, number>>(
      restored.url,
      `SELECT (SELECT sum(balance)::int FROM account) AS balance, (SELECT count(*)::int FROM entry) AS entries`,
    );
    expect(sums!.balance).toBe(sums!.entries);
    expect(sums!.entries).toBeGreaterThanOrEqual(before);
    expect(sums!.entries).toBeLessThanOrEqual(after);
    expect(after).toBeGreaterThan(before);
    await query(restored.url, 'REINDEX DATABASE gms');
    await restored.stop();
  });

  it('backs up a database at rest, and leaves it at rest, in a file for its owner alone', async () => {
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(archive, '..'))).toEqual(['small.tar.gz']);
    expect(existsSync(join(source, 'postgres/data/postmaster.pid'))).toBe(false);
  });

  it('restores over a database, keeps that aside, and is completed by a start when cut off', async () => {
    const dataDir = await databases.seeded();
    const user = await databases.use({ dataDir });
    await query(user.url, `CREATE TABLE kept AS SELECT 'from before' AS word`);
    await user.stop();
    const { code, output } = await run('restore', { dataDir }, archive);
    expect(code).toBe(0);
    const kept = /kept in (\S+data\.before-restore-\d{8}T\d{6}Z);/.exec(output)![1]!;
    expect(await wordIn(dataDir)).toBe('from the backup');

    const data = join(dataDir, 'postgres/data');
    renameSync(data, join(dataDir, 'postgres/data.aside'));
    renameSync(kept, data);
    expect(await wordIn(dataDir)).toBe('from before');

    // As a crash between the two renames leaves it.
    renameSync(data, kept);
    renameSync(join(dataDir, 'postgres/data.aside'), `${data}.restored`);
    expect(await wordIn(dataDir)).toBe('from the backup');
  });

  it('refuses to restore under a running server, which goes on', async () => {
    const dataDir = await databases.seeded();
    const user = await databases.use({ dataDir });
    expect(await run('restore', { dataDir }, archive)).toEqual({
      code: 1,
      output: '',
      error: `restore failed: OpenGMS (process ${user.pid}) uses the database in ${user.folder}; stop it first.\n`,
    });
    expect(await answers(user.url)).toBe(true);
    await user.kill();
    expect((await run('restore', { dataDir }, archive)).error).toMatch(
      /^restore failed: PostgreSQL \(process \d+\) runs on .*, left by a killed OpenGMS; stop it first: kill -INT \d+\.\n$/,
    );
  });

  it('refuses what is no backup, and changes nothing', async () => {
    const folder = databases.folder();
    const [text, other, cut, wrongMajor] = ['text', 'other.gz', 'cut.gz', 'major.gz'].map((name) =>
      join(folder, name),
    );
    writeFileSync(text!, 'not an archive');
    writeFileSync(other!, gzipSync('not a tar archive'));
    copyFileSync(archive, cut!);
    truncateSync(cut!, Math.floor(statSync(archive).size / 2));
    writeFileSync(wrongMajor!, gzipSync(asMajor17(gunzipSync(readFileSync(archive)))));
    const dataDir = await databases.seeded();
    const failure = async (file: string) => (await run('restore', { dataDir }, file)).error;
    expect(await failure(text!)).toBe(
      `restore failed: ${text} is not a backup made by npm run backup.\n`,
    );
    expect(await failure(other!)).toBe(
      `restore failed: ${other} is not a backup made by npm run backup.\n`,
    );
    expect(await failure(join(folder, 'none'))).toMatch(
      /^restore failed: Cannot read .*none \(ENOENT\)\.\n$/,
    );
    expect(await failure(cut!)).toMatch(
      /^restore failed: .*cut\.gz is damaged or could not be unpacked: .*\n$/,
    );
    expect(await failure(wrongMajor!)).toMatch(
      /^restore failed: .* is a backup of PostgreSQL 17, which PostgreSQL 18 of this installation cannot read\. .*\n$/,
    );
    expect(
      readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('data')),
    ).toEqual(['data']);
  });

  it('takes one file, an embedded database and no DATABASE_URL', async () => {
    const dataDir = databases.folder();
    const file = join(dataDir, 'file.tar.gz');
    const failure = async (name: string, env: Surroundings, ...words: string[]) =>
      (await run(name, env, ...words)).error;
    expect(await failure('backup', { dataDir })).toBe(
      'backup failed: name one file: npm run backup -- FILE\n',
    );
    expect(await failure('restore', { dataDir }, file, file)).toMatch(/name one file/);
    expect(await failure('backup', { dataDir }, file)).toBe(
      `backup failed: There is no embedded database in ${dataDir}, so there is nothing to back up.\n`,
    );
    expect(await failure('backup', { dataDir: source }, '/no/such/folder/file')).toMatch(
      /There is no folder/,
    );
    const url = 'postgres://somewhere/else';
    expect(await failure('backup', { dataDir, url }, file)).toMatch(/DATABASE_URL is set.*pg_dump/);
    expect(await failure('restore', { dataDir, url }, archive)).toMatch(
      /DATABASE_URL is set.*pg_restore/,
    );
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('leaves no half of a file and no server when it is interrupted', async () => {
    const folder = databases.folder();
    const child = start('backup', { dataDir: source }, join(folder, 'half.tar.gz'));
    const outcome = gather(child);
    const timer = setInterval(() => {
      if (readdirSync(folder).length === 0) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 1);
    const { code, error } = await outcome;
    expect({ code, error }).toEqual({ code: 1, error: 'backup failed: interrupted by SIGINT\n' });
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(source, 'postgres/data/postmaster.pid'))).toBe(false);
  });
});

interface Surroundings {
  dataDir: string;
  url?: string;
}

function start(name: string, { dataDir, url }: Surroundings, ...words: string[]): ChildProcess {
  return spawn(process.execPath, [join(checkout, `dist/src/commands/${name}.main.js`), ...words], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, GMS_DATA_DIR: dataDir, ...(url ? { DATABASE_URL: url } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function run(name: string, surroundings: Surroundings, ...words: string[]): Promise<Outcome> {
  return gather(start(name, surroundings, ...words));
}

function gather(child: ChildProcess): Promise<Outcome> {
  const outcome = { output: '', error: '' };
  child.stdout!.on('data', (text: Buffer) => (outcome.output += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (outcome.error += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...outcome })));
}

/**
 * Several connections that move money and note it, in one transaction each, and drop and make
 * tables in between.
 */
async function startWriters(user: DatabaseUser) {
  const pool = new pg.Pool({ connectionString: user.url, max: 5 });
  pool.on('error', () => undefined);
  await pool.query(`CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL, filler text)`);
  await pool.query(`CREATE TABLE entry (id bigserial PRIMARY KEY, account int, filler text)`);
  await pool.query(
    `INSERT INTO account SELECT id, 0, repeat('x', 500) FROM generate_series(1, 2000) id`,
  );
  const total = async () =>
    (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM entry')).rows[0]!.n;
  let going = true;
  const write = async (writer: number) => {
    for (let turn = 0; going; turn++) {
      await pool.query(
        `WITH paid AS (UPDATE account SET balance = balance + 1 WHERE id = $1 RETURNING id)
         INSERT INTO entry (account, filler) SELECT id, repeat(md5(random()::text), 30) FROM paid`,
        [1 + ((turn * 7 + writer * 401) % 2000)],
      );
      if (turn % 50 === writer) {
        await pool.query(`CREATE TABLE passing_${writer} AS SELECT * FROM account LIMIT 500`);
        await pool.query(`DROP TABLE passing_${writer}`);
      }
    }
  };
  const writing = [0, 1, 2, 3].map(write);
  while ((await total()) < 200);
  return {
    total,
    stop: async () => {
      going = false;
      await Promise.all(writing);
      const sum = await total();
      await pool.end();
      return sum;
    },
  };
}

/** The same backup as PostgreSQL 17 would have made it, as far as its manifest goes. */
function asMajor17(tar: Buffer): Buffer {
  const at = tar.indexOf('"postgres":"18"');
  tar.write('"postgres":"17"', at);
  return tar;
}
