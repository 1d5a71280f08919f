import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/embedded-postgres/index.js';
import { connect, exchange, mailIn, type Message, post, session } from '../../support/bayeux.js';
import { publishTo } from '../../support/comet-publishing.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, CometD, Addresses and transports: an outage counts as no session’s silence
const servers = useServers();
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const config = { cometd: { timeout: 1000, max_interval: 3, retention: 60 } };
const env = { GMS_SWEEP_INTERVAL_MS: '100' };
let folder: string;
let postgres: EmbeddedPostgres;
let nodes: TestServer[];

const start = () => startEmbeddedPostgres({ dataDir: folder, database: 'gms', log });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opengms-outage-'));
  await chmod(folder, 0o755);
  postgres = await start();
  const database = { url: postgres.url };
  nodes = [];
  for (const id of ['one', 'two']) {
    nodes.push(await servers.start({ database, config, env: { ...env, GMS_NODE_ID: id } }));
  }
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Connects again and again, as a client does that is answered 503, to each node in turn. */
async function goOn(at: readonly TestServer[], user: string, clientId: string, more: Message) {
  for (let time = 0; ; time++) {
    const answer = await post(at[time % at.length]!, user, connect(clientId, more));
    if (answer.status === 200) return answer.json as Message[];
    expect(answer.status).toBe(503);
    await delay(100);
  }
}

describe('PostgreSQL stopped for longer than cometd.max_interval', () => {
  it('costs no session that went on asking, whatever node it asks, and the silent ones theirs', async () => {
    const [one, two] = nodes as [TestServer, TestServer];
    const quiet = { advice: { timeout: 0 } };
    const ids = new Map<string, string>();
    for (const user of ['stays', 'roams', 'waits', 'silent']) {
      ids.set(user, await session(one, user));
      await exchange(one, user, connect(ids.get(user)!, quiet));
    }
    await postgres.stop();
    const asking = [
      goOn([one], 'stays', ids.get('stays')!, quiet),
      goOn([two, one], 'roams', ids.get('roams')!, quiet),
    ];
    await delay(9000);
    postgres = await start();
    expect(await Promise.all(asking)).toMatchObject(Array(2).fill([{ successful: true }]));
    // It asks for the first time once the database is back.
    expect(await goOn([two], 'waits', ids.get('waits')!, quiet)).toMatchObject([
      { successful: true },
    ]);
    for (const user of ['stays', 'roams', 'waits']) {
      await publishTo(one, user, 'after');
      expect(mailIn(await goOn([one], user, ids.get(user)!, {}))).toEqual(['after']);
    }
    await eventually(async () => {
      const query = 'SELECT user_id FROM comet_session WHERE lost_at IS NOT NULL';
      const lost = await databaseRows(one, query);
      expect(lost.map(({ user_id }) => user_id)).toContain('silent');
    }, 15_000);
    expect(await exchange(two, 'silent', connect(ids.get('silent')!, quiet))).toMatchObject([
      { error: '402::session_unknown' },
    ]);
  }, 60_000);
});

function ignore(): void {}
