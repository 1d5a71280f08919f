import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres } from '../../../src/embedded-postgres/index.js';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Answers: the database away is 503 with Retry-After
const servers = useServers();
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('PostgreSQL stopped for ten seconds under traffic', () => {
  it('answers 503 with Retry-After meanwhile and serves again within five seconds', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'opengms-outage-'));
    folders.push(dataDir);
    await chmod(dataDir, 0o755);
    const start = () => startEmbeddedPostgres({ dataDir, database: 'gms', log });
    let postgres = await start();
    const server = await servers.spawn({
      database: { url: postgres.url },
      config: {
        ...serviceSections,
        'resources.many': {
          _allocation_strategy: 'CLUSTER',
          numbers: numbersFrom(55500000, 20_000),
        },
      },
    });
    const answers: { at: number; status: number; retryAfter: string | undefined }[] = [];
    let running = true;
    const client = async (n: number): Promise<void> => {
      while (running) {
        const { status, headers } = await (n % 2
          ? server.request('POST', '/genesys/1/storage/60', { form: { a: 'b' } })
          : server.request('POST', '/genesys/1/service/request-interaction', {
              form: { _phone_number: '1', _resource_group: 'many', _ttl: '5' },
            }));
        answers.push({ at: Date.now(), status, retryAfter: headers['retry-after'] });
        if (status !== 200) await delay(100);
      }
    };
    const clients = Promise.all(Array.from({ length: 32 }, (_, n) => client(n)));
    await delay(1000);
    const stopped = Date.now();
    await postgres.stop();
    const down = Date.now();
    await delay(10_000);
    const starting = Date.now();
    postgres = await start();
    const back = Date.now();
    await delay(6000);
    running = false;
    await clients;

    expect(answers.filter(({ at, status }) => at < stopped && status !== 200)).toEqual([]);
    const meanwhile = answers.filter(({ at }) => at > down + 500 && at < starting);
    expect(meanwhile.length).toBeGreaterThan(32);
    for (const { status, retryAfter } of meanwhile) {
      expect(status).toBe(503);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    const after = answers.filter(({ at }) => at > back + 5000);
    expect(after.length).toBeGreaterThan(32);
    expect(after.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await server.request('GET', '/readyz')).status).toBe(200);
    await server.stop();
    await postgres.stop();
  }, 60_000);
});

function ignore(): void {
  // The test says what matters.
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
