import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { type BusNode, startBusNode } from './bus-node.js';
import { startDatabaseProxy } from '../../support/database-proxy.js';

let database: TestDatabase;
let operator: Client;
let one: BusNode;
let two: BusNode;

beforeAll(async () => {
  database = await createTestDatabase();
  operator = new Client({ connectionString: database.url });
  await operator.connect();
  one = await startBusNode(database.url);
  two = await startBusNode(database.url);
});

afterAll(async () => {
  await one.close();
  await two.close();
  await operator.end();
  await database.drop();
});

let topics = 0;

/** Listens on a topic of its own, so that tests do not hear each other. */
function listen(node: BusNode, topic = `topic ${++topics}`) {
  const heard: (string | undefined)[] = [];
  const end = node.bus.onWake(topic, (key) => heard.push(key));
  return { topic, heard, end };
}

async function until(condition: () => boolean, mostMs = 5000): Promise<void> {
  const deadline = Date.now() + mostMs;
  while (!condition() && Date.now() < deadline) await delay(5);
  expect(condition()).toBe(true);
}

async function countListening(): Promise<number> {
  const { rows } = await operator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE application_name LIKE 'gms bus %' AND datname = current_database()`,
  );
  return rows[0]!.count;
}

async function cutListening(): Promise<void> {
  await operator.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE 'gms bus %' AND datname = current_database()`,
  );
}

describe('a wake-up', () => {
  it('reaches the other nodes, with its key or without', async () => {
    const { topic, heard } = listen(two);
    one.bus.wake(topic, 'kate');
    await until(() => heard.length === 1);
    one.bus.wake(topic);
    await until(() => heard.length === 2);
    expect(heard).toStrictEqual(['kate', undefined]);
  });

  it('reaches listeners of its own node at once, and only once', async () => {
    const own = listen(one);
    const other = listen(two, own.topic);
    one.bus.wake(own.topic, 'kate');
    expect(own.heard).toStrictEqual([]);
    await turn();
    expect(own.heard).toStrictEqual(['kate']);
    await until(() => other.heard.length === 1);
    await delay(50);
    expect(own.heard).toStrictEqual(['kate']);
  });

  it('is heard on its topic alone', async () => {
    const other = listen(two);
    const { topic, heard } = listen(two);
    one.bus.wake(topic, 'kate');
    await until(() => heard.length === 1);
    expect(other.heard).toStrictEqual([]);
  });

  it('goes once for many of the same topic and key', async () => {
    const own = listen(one);
    const other = listen(two, own.topic);
    const before = one.uses();
    for (let i = 0; i < 1000; i++) one.bus.wake(own.topic, 'kate');
    await until(() => other.heard.length > 0);
    await delay(50);
    expect(other.heard).toStrictEqual(['kate']);
    expect(own.heard).toStrictEqual(['kate']);
    expect(one.uses() - before).toBe(1);
  });

  it('goes together with others in one statement', async () => {
    const { topic, heard } = listen(two);
    const before = one.uses();
    const keys = Array.from({ length: 500 }, (_, i) => `user ${i}`);
    for (const key of keys) one.bus.wake(topic, key);
    await until(() => heard.length === keys.length);
    expect([...heard].sort()).toStrictEqual([...keys].sort());
    expect(one.uses() - before).toBe(1);
  });

  it('is not lost when one of the same key is under way', async () => {
    const { topic, heard } = listen(two);
    for (let round = 1; round <= 10; round++) {
      const before = one.uses();
      one.bus.wake(topic, 'kate');
      while (one.uses() === before) await turn();
      one.bus.wake(topic, 'kate');
      await until(() => heard.length === 2 * round);
    }
  });

  it('leaves within a few milliseconds', async () => {
    const { topic, heard } = listen(two);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const sent = performance.now();
      one.bus.wake(topic, `${i}`);
      await until(() => heard.length === i + 1);
      times.push(performance.now() - sent);
    }
    times.sort((a, b) => a - b);
    expect(times[10]).toBeLessThan(1000);
  });

  it('loses a key that cannot travel, and spoils no other', async () => {
    const { topic, heard } = listen(two);
    one.bus.wake(topic, 'k'.repeat(9000));
    one.bus.wake(topic, 'a\0b');
    one.bus.wake(topic, '\ud800');
    one.bus.wake(topic, 'kate');
    await until(() => heard.length === 2);
    expect([...heard].sort()).toStrictEqual(['kate', undefined]);
  });

  it('does not wait for a unit of work, nor end with it', async () => {
    const { topic, heard } = listen(two);
    const work = one.unitOfWork.run(async () => {
      one.bus.wake(topic, 'kate');
      await until(() => heard.length === 1);
      throw new Error('rolled back');
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(heard).toStrictEqual(['kate']);
  });

  it('is heard by every listener, though one fails', async () => {
    const topic = `topic ${++topics}`;
    const endFailing = one.bus.onWake(topic, () => {
      throw new Error('failed');
    });
    const { heard } = listen(one, topic);
    one.bus.wake(topic);
    await turn();
    expect(heard).toStrictEqual([undefined]);
    endFailing();
  });

  it('is not heard by a listener that has ended', async () => {
    const ended = listen(one);
    const other = listen(one, ended.topic);
    ended.end();
    one.bus.wake(ended.topic);
    await turn();
    expect(ended.heard).toStrictEqual([]);
    expect(other.heard).toStrictEqual([undefined]);
  });
});

describe('a lost connection', () => {
  it('comes back, and every listener hears that it may have missed something', async () => {
    expect(one.bus.isConnected && two.bus.isConnected).toBe(true);
    const first = listen(two);
    const second = listen(two);
    await cutListening();
    await until(() => !one.bus.isConnected && !two.bus.isConnected);
    await until(() => one.bus.isConnected && two.bus.isConnected);
    expect([first.heard, second.heard]).toStrictEqual([[undefined], [undefined]]);
    one.bus.wake(first.topic, 'kate');
    await until(() => first.heard.length === 2);
    expect(first.heard[1]).toBe('kate');
    expect(await countListening()).toBe(2);
  });

  it('is tried again and again while the database takes no connection; waking never throws', async () => {
    const away = await createTestDatabase();
    const node = await startBusNode(away.url);
    const name = new URL(away.url).pathname.slice(1);
    await operator.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await operator.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
      [name],
    );
    await until(() => !node.bus.isConnected);
    const { topic, heard } = listen(node);
    node.bus.wake(topic, 'kate');
    await delay(700);
    expect(heard).toStrictEqual(['kate']);
    expect(node.bus.isConnected).toBe(false);
    await operator.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await until(() => node.bus.isConnected);
    expect(heard).toStrictEqual(['kate', undefined]);
    await node.close();
    await away.drop();
  });

  it('is noticed when the other side is gone without a word', async () => {
    const proxy = await startDatabaseProxy(database.url);
    const node = await startBusNode(database.url, proxy.url);
    const { heard } = listen(node);
    proxy.hang();
    await until(() => !node.bus.isConnected, 15_000);
    proxy.recover();
    await until(() => node.bus.isConnected, 10_000);
    expect(heard).toStrictEqual([undefined]);
    await node.close();
    await proxy.close();
  });
});

describe('a node that stops', () => {
  it('leaves no connection, and still sends what it was told last', async () => {
    const node = await startBusNode(database.url);
    await until(() => node.bus.isConnected);
    expect(await countListening()).toBe(3);
    const { topic, heard } = listen(two);
    node.bus.wake(topic, 'kate');
    await node.close();
    await until(() => heard.length === 1);
    expect(node.bus.isConnected).toBe(false);
    expect(await countListening()).toBe(2);
    node.bus.wake(topic, 'late');
    await delay(50);
    expect(heard).toStrictEqual(['kate']);
  });

  it('stops at once when it is not connected', async () => {
    const proxy = await startDatabaseProxy(database.url);
    await proxy.close();
    const node = await startBusNode(database.url, proxy.url);
    expect(node.bus.isConnected).toBe(false);
    await delay(300);
    const started = performance.now();
    await node.close();
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
