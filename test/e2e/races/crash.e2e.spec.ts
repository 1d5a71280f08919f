import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { endServer } from '../../support/test-postgres.mjs';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/architecture.md, Start and stop; docs/compatibility.md, Resource groups
const servers = useServers();
const config = {
  ...serviceSections,
  'resources.ten': {
    _allocation_strategy: 'CLUSTER',
    _booking_expiration_timeout: 1800,
    numbers: numbersFrom(8003470000, 10),
  },
};

interface Written {
  readonly id: string;
  readonly value: string;
}

/** Writes until the server is gone; returns what it acknowledged. */
async function writeUntilGone(server: RunningServer, writers: number): Promise<Written[]> {
  const acknowledged: Written[] = [];
  const writer = async (n: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const value = `${n}-${i}`;
      try {
        const { status, json } = await server.request('POST', '/genesys/1/storage/3600', {
          form: { value, other: 'x'.repeat(500) },
        });
        if (status === 200) acknowledged.push({ id: json.id as string, value });
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, n) => writer(n)));
  return acknowledged;
}

describe('kill -9 of a server process in the middle of writes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opengms-crash-'));
    // Started by root, PostgreSQL runs as another account, which must get through here.
    await chmod(folder, 0o755);
  });
  afterAll(async () => {
    await endServer(folder);
    await rm(folder, { recursive: true, force: true });
  });

  it('loses nothing that was acknowledged, with the embedded database it leaves behind', async () => {
    const env = { GMS_DATA_DIR: join(folder, 'data') };
    const options = { database: 'embedded', config, env, startTimeout: 60_000 } as const;
    const server = await servers.spawn(options);
    const writing = writeUntilGone(server, 8);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await server.kill('SIGKILL');
    const acknowledged = await writing;
    expect(acknowledged.length).toBeGreaterThan(50);

    const again = await servers.spawn(options);
    for (const { id, value } of acknowledged) {
      const read = await again.request('GET', `/genesys/1/storage/${id}/value`);
      expect([id, read.text]).toEqual([id, value]);
    }
    await again.stop();
  }, 120_000);

  it('neither loses a number to the pool nor books one twice', async () => {
    const database = await servers.database();
    const first = await servers.spawn({ config, database });
    const booked: string[] = [];
    const bookAndFree = async (): Promise<void> => {
      for (;;) {
        try {
          const { status, json } = await first.request(
            'POST',
            '/genesys/1/service/request-interaction',
            { form: { _phone_number: '1', _resource_group: 'ten', _ttl: '1800' } },
          );
          if (status === 200) {
            await first.request('DELETE', `/genesys/1/service/${json._id}`);
            booked.push(json._id as string);
          }
        } catch {
          return;
        }
      }
    };
    const clients = Promise.all(Array.from({ length: 16 }, bookAndFree));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await first.kill('SIGKILL');
    await clients;
    expect(booked.length).toBeGreaterThan(10);

    const second = await servers.spawn({ config, database });
    // What was booked at the moment of the kill is still booked: a client may have its answer.
    const numbers = new Set<string>();
    for (;;) {
      const { status, json } = await second.request(
        'POST',
        '/genesys/1/service/request-interaction',
        { form: { _phone_number: '2', _resource_group: 'ten' } },
      );
      if (status !== 200) break;
      expect(numbers.has(json._access_number as string)).toBe(false);
      numbers.add(json._access_number as string);
    }
    const matched = await Promise.all(
      numbersFrom(8003470000, 10).map((number) =>
        second.request('POST', '/genesys/1/service/match-interaction', {
          form: { _access_number: number },
        }),
      ),
    );
    expect(matched.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        second.request('POST', '/genesys/1/service/request-interaction', {
          form: { _phone_number: '3', _resource_group: 'ten' },
        }),
      ),
    );
    expect(new Set(all.map(({ json }) => json._access_number)).size).toBe(10);
  }, 60_000);
});
