import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useHttpSink } from '../../support/http-sink.js';
import { callback, deliveries, ledger, publish, subscribe } from '../../support/notification.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
const sink = useHttpSink();

const config = {
  security: { allowed_callback_networks: ['127.0.0.1'] },
  push: { publish_mode: 'async' },
};

let database: TestDatabase;
/** The second test kills the one, the third stops the other. */
let one: SpawnedServer;
let two: SpawnedServer;

beforeAll(async () => {
  database = await servers.database();
  const spawn = () => servers.spawn({ config, database });
  [one, two] = await Promise.all([spawn(), spawn()]);
});

/** How often each message came, by its text; its ids. */
function arrivals(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { body, headers } of sink.received) {
    found.set(body, [...(found.get(body) ?? []), String(headers['x-gms-message-id'])]);
  }
  return found;
}

async function balanced(server: SpawnedServer): Promise<Record<string, number>> {
  const book = await ledger(server);
  expect(book.accepted).toBe(book.delivered! + book.pending! + book.dead! + book.expired!);
  return book;
}

describe('events that were accepted', () => {
  it('are delivered once by two nodes at work on the same ones', async () => {
    for (let path = 0; path < 3; path++) {
      await subscribe(one, callback(`${sink.url}/${path}`, 'both.*'));
    }
    const numbers = Array.from({ length: 120 }, (_, number) => number);
    await Promise.all(
      numbers.map((number) =>
        publish(number % 2 ? one : two, { tag: `both.${number}`, message: `${number}` }),
      ),
    );
    await eventually(async () => {
      expect(await balanced(one)).toMatchObject({ accepted: 360, delivered: 360, pending: 0 });
    }, 20_000);
    expect(sink.received).toHaveLength(360);
    expect(new Set(sink.received.map(({ headers }) => headers['x-gms-message-id'])).size).toBe(360);
  });

  it('are none of them lost with a node that is killed under traffic', async () => {
    const [doomed, other] = [one, two];
    await subscribe(other, callback(`${sink.url}/kept`, 'kept.*'));
    sink.answer('/kept', (response) => {
      // Slow enough that some are under way, and some have been answered but not noted.
      setTimeout(() => response.writeHead(200).end(), 20);
    });
    const accepted: string[] = [];
    let isAlive = true;
    const publishing = Array.from({ length: 8 }, async (_, writer) => {
      for (let number = 0; isAlive; number++) {
        const message = `${writer} ${number}`;
        const answer = await publish(doomed, { tag: 'kept.a', message }).catch(() => undefined);
        if (answer?.status === 200) accepted.push(message);
      }
    });
    await delay(1000);
    await doomed.kill('SIGKILL');
    isAlive = false;
    await Promise.all(publishing);
    expect(accepted.length).toBeGreaterThan(5);
    // The leases of the dead node end within 10 s.
    await eventually(async () => {
      const book = await balanced(other);
      expect([book.pending, book.dead, book.expired]).toEqual([0, 0, 0]);
      expect(book.accepted).toBeGreaterThanOrEqual(accepted.length);
    }, 30_000);
    const came = arrivals();
    expect(accepted.filter((message) => !came.has(message))).toEqual([]);
    // What came again came with the same id.
    expect([...came].filter(([, ids]) => new Set(ids).size > 1)).toEqual([]);
  });

  it('are delivered by the node that starts again', async () => {
    const first = two;
    await subscribe(first, callback(`${sink.url}/again`, 'again'));
    sink.answer('/again', 503, 200);
    expect((await publish(first, { tag: 'again', message: 'm' })).status).toBe(200);
    await eventually(async () => {
      expect(await deliveries(first, 'tag=again')).toMatchObject([{ attempts: 1 }]);
    });
    expect(await first.stop()).toBe(0);
    const second = await servers.spawn({ config, database });
    await eventually(async () => {
      expect(await deliveries(second, 'tag=again')).toMatchObject([
        { state: 'delivered', attempts: 2 },
      ]);
    }, 10_000);
    expect(new Set(arrivals().get('m')).size).toBe(1);
  });
});
