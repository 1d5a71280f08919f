import { describe, expect, it, jest } from '@jest/globals';
import {
  answers,
  type DatabaseUser,
  postmasterOf,
  query,
  until,
  useEmbeddedDatabases,
} from '../../support/embedded-database.js';

// Servers are created, copied and recovered here, which takes long when others keep the disk busy.
jest.setTimeout(120_000);

/**
 * docs/decisions/0002-embedded-postgresql.md: several servers on one data folder; crash of any of
 * them.
 */
describe('embedded database that several processes use', () => {
  const databases = useEmbeddedDatabases();

  const useTogether = (dataDir: string, count: number): Promise<DatabaseUser[]> =>
    Promise.all(Array.from({ length: count }, () => databases.use({ dataDir })));

  const adoptions = (users: DatabaseUser[]): boolean[] =>
    users.map(({ adopted }) => adopted).sort();

  it('is created once by three first starts at once', async () => {
    const users = await useTogether(databases.folder(), 3);
    expect(adoptions(users)).toEqual([false, true, true]);
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
    await Promise.all(users.map((user) => user.stop()));
    expect(await answers(users[0]!.url)).toBe(false);
  });

  it('is started once by three later starts at once', async () => {
    const users = await useTogether(await databases.seeded(), 3);
    expect(adoptions(users)).toEqual([false, true, true]);
    await Promise.all(users.map((user) => user.stop()));
    expect(await answers(users[0]!.url)).toBe(false);
  });

  it('goes on until the last one is out', async () => {
    const dataDir = await databases.seeded();
    const [first, second] = [await databases.use({ dataDir }), await databases.use({ dataDir })];
    await first.stop();
    expect(await answers(second.url)).toBe(true);
    await second.stop();
    expect(await answers(second.url)).toBe(false);
  });

  it('does not wait for a process that was killed', async () => {
    const dataDir = await databases.seeded();
    const [killed, left] = [await databases.use({ dataDir }), await databases.use({ dataDir })];
    await killed.kill();
    expect(await answers(left.url)).toBe(true);
    await left.stop();
    expect(await answers(left.url)).toBe(false);
  });

  it('is restarted once, though all of them watch it', async () => {
    const dataDir = await databases.seeded();
    const use = () => databases.use({ dataDir, superviseIntervalMs: 50 });
    const users = [await use(), await use(), await use()];
    const killed = postmasterOf(users[0]!.folder);
    process.kill(killed, 'SIGKILL');
    const noticed = (user: DatabaseUser) => user.log().includes('ended unexpectedly');
    await until('all noticed', () => users.every(noticed));
    await until('it answers', () => answers(users[0]!.url));
    const restarts = users.filter(
      (user) => count(user.log(), 'PostgreSQL runs on port') > Number(!user.adopted),
    );
    expect(restarts).toHaveLength(1);
    for (const user of users) expect(await answers(user.url)).toBe(true);
    for (const user of users) await user.stop();
    expect(await answers(users[0]!.url)).toBe(false);
  });

  it('serves who arrives while the last one leaves', async () => {
    const dataDir = await databases.seeded();
    let leaving = await databases.use({ dataDir });
    for (let round = 0; round < 4; round++) {
      const [, arriving] = await Promise.all([leaving.stop(), databases.use({ dataDir })]);
      expect(await query(arriving.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      leaving = arriving;
    }
    await leaving.stop();
    expect(await answers(leaving.url)).toBe(false);
  });
});

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
