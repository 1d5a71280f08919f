import { describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  answers,
  postmasterOf,
  query,
  until,
  useEmbeddedDatabases,
} from '../../support/embedded-database.js';

// Servers are created, copied and recovered here, which takes long when others keep the disk busy.
jest.setTimeout(120_000);

/** docs/decisions/0002-embedded-postgresql.md: crash, the supervisor, DATABASE_URL unset. */
describe('embedded database', () => {
  const databases = useEmbeddedDatabases();

  it('is created in a folder that is not there yet, closed to other accounts', async () => {
    const dataDir = join(databases.folder(), 'deep/er');
    const user = await databases.use({ dataDir });
    expect(user).toMatchObject({ adopted: false, folder: join(dataDir, 'postgres') });
    expect(await query(user.url, 'SELECT current_database() AS name')).toEqual([{ name: 'gms' }]);
    const mode = (path: string) => statSync(join(user.folder, path)).mode & 0o777;
    expect([mode('data'), mode('data/opengms.password'), mode('postgres.log')]).toEqual([
      0o700, 0o600, 0o600,
    ]);
    await user.stop();
    expect(await answers(user.url)).toBe(false);
  });

  it('sorts and folds case alike on every machine, and listens on loopback alone', async () => {
    const user = await databases.use({ dataDir: await databases.seeded() });
    const [row] = await query<Record<string, string>>(
      user.url,
      `SELECT datlocprovider AS provider, datlocale AS locale, lower('ÄÖ') AS low,
              current_setting('listen_addresses') AS address,
              current_setting('unix_socket_directories') AS sockets,
              current_setting('wal_level') AS wal
         FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({
      provider: 'b',
      locale: 'C.UTF-8',
      low: 'äö',
      address: '127.0.0.1',
      sockets: '',
      wal: 'replica',
    });
    await user.stop();
  });

  it('keeps its data, port and password over a restart', async () => {
    const dataDir = await databases.seeded();
    const first = await databases.use({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await databases.use({ dataDir });
    expect(second).toMatchObject({ url: first.url, adopted: false });
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('is adopted after a kill -9 of its process, and stopped by the adopter', async () => {
    const dataDir = await databases.seeded();
    const killed = await databases.use({ dataDir });
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const postmaster = postmasterOf(killed.folder);
    await killed.kill();
    const adopter = await databases.use({ dataDir });
    expect(adopter).toMatchObject({ url: killed.url, adopted: true });
    expect(postmasterOf(adopter.folder)).toBe(postmaster);
    expect(await query(adopter.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await adopter.stop();
    expect(await answers(adopter.url)).toBe(false);
  });

  it('comes back on the same URL when its postmaster is killed', async () => {
    const dataDir = await databases.seeded();
    const user = await databases.use({ dataDir, superviseIntervalMs: 100 });
    await query(user.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const postmaster = postmasterOf(user.folder);
    process.kill(postmaster, 'SIGKILL');
    await until('it answers again', () => answers(user.url));
    expect(postmasterOf(user.folder)).not.toBe(postmaster);
    expect(await query(user.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await user.stop();
    expect(await answers(user.url)).toBe(false);
  });

  it('starts again right after node and postmaster were both killed', async () => {
    const dataDir = await databases.seeded();
    const killed = await databases.use({ dataDir });
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await killed.kill();
    process.kill(postmasterOf(killed.folder), 'SIGKILL');
    const next = await databases.use({ dataDir });
    expect(next).toMatchObject({ url: killed.url, adopted: false });
    expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await next.stop();
  });

  it('starts when postmaster.pid names a process of somebody else', async () => {
    const dataDir = await databases.seeded();
    const { uid, gid } = statSync(join(dataDir, 'postgres/data'));
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    const gone = new Promise((resolve) => stranger.once('close', resolve));
    const lines = [
      stranger.pid,
      join(dataDir, 'postgres/data'),
      1,
      20_000,
      '',
      '127.0.0.1',
      '1 1',
      'ready',
    ];
    writeFileSync(join(dataDir, 'postgres/data/postmaster.pid'), `${lines.join('\n')}\n`);
    try {
      const user = await databases.use({ dataDir });
      expect(user.adopted).toBe(false);
      expect(user.log()).toContain(
        `named process ${stranger.pid}, which is no PostgreSQL of this folder`,
      );
      await user.stop();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill();
      await gone;
    }
  });

  it('moves to another port when a stranger took its own meanwhile', async () => {
    const dataDir = await databases.seeded();
    const first = await databases.use({ dataDir });
    await first.stop();
    const stranger = createServer().listen(first.port, '127.0.0.1');
    try {
      const second = await databases.use({ dataDir });
      expect(second.port).not.toBe(first.port);
      expect(second.port).toBeLessThan(32_768);
      await second.stop();
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
  });

  it('names both versions when the data is of another major version', async () => {
    const dataDir = await databases.seeded();
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '17\n');
    await expect(databases.use({ dataDir })).rejects.toThrow(
      /made by PostgreSQL 17, but this installation brings PostgreSQL 18.*pg_dump.*GMS_DATA_DIR/,
    );
  });

  it('shows the end of the log when PostgreSQL does not start', async () => {
    const dataDir = await databases.seeded();
    const settings = { shared_buffers: 'plenty' };
    await expect(databases.use({ dataDir, settings })).rejects.toThrow(
      /postgres\.log:\n.*invalid value for parameter "shared_buffers": "plenty"/s,
    );
  });

  it('leaves a folder alone that is no database', async () => {
    const dataDir = databases.folder();
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/letters.txt'), 'dear');
    await expect(databases.use({ dataDir })).rejects.toThrow(/holds no PostgreSQL database/);
    expect(readFileSync(join(dataDir, 'postgres/data/letters.txt'), 'utf8')).toBe('dear');
  });

  it('says so when the data folder cannot be written', async () => {
    const dataDir = join(databases.folder(), 'file');
    writeFileSync(dataDir, '');
    await expect(databases.use({ dataDir })).rejects.toThrow(
      /cannot write its folder.*GMS_DATA_DIR/,
    );
  });

  it('does not make a new database in place of one that was deleted under it', async () => {
    const dataDir = await databases.seeded();
    const user = await databases.use({ dataDir, superviseIntervalMs: 50 });
    const postmaster = postmasterOf(user.folder);
    rmSync(join(user.folder, 'data'), { recursive: true, force: true });
    // Ends it at once, with its shared memory.
    process.kill(postmaster, 'SIGQUIT');
    await until('noticed', () => user.log().includes('could not be restarted'));
    expect(() => statSync(join(user.folder, 'data'))).toThrow(/ENOENT/);
    await user.stop();
  });
});
