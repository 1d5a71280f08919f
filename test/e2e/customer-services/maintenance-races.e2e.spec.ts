import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceIdOf } from '../../../src/modules/customer-services/domain/service-id.js';
import { databaseRows } from '../../support/database-rows.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';
import { removeServices, rowCounts, storeMany } from './stored-services.js';

// docs/operations/context-services-maintenance.md, Purge: in batches, neither blocking writers nor
// losing what they wrote
const servers = useServers();
const nodes: TestServer[] = [];
beforeAll(async () => {
  const database = await servers.database();
  for (const nodeId of ['one', 'two']) {
    nodes.push(await servers.start({ database, env: { GMS_NODE_ID: nodeId } }));
  }
});
beforeEach(() => removeServices(nodes[0]!));

const base = '/genesys/1/cs';
const limit = '2026-02-01T00:00:00Z';

const purge = (node: TestServer, operation: string) =>
  node.request('POST', `${base}/maintenance/purge`, { json: { limit, operation } });

async function storedIds(): Promise<string[]> {
  const rows = await databaseRows(nodes[0]!, 'SELECT id FROM cs_service ORDER BY started_at, id');
  return rows.map(({ id }) => serviceIdOf(id as string));
}

/** Calls `write` again and again, by so many writers over both nodes, until told to stop. */
function keepWriting(
  writers: number,
  write: (node: TestServer, n: number) => Promise<void>,
): () => Promise<void> {
  let going = true;
  let n = 0;
  const working = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      while (going) await write(nodes[writer % nodes.length]!, n++);
    }),
  );
  return async () => {
    going = false;
    await working;
  };
}

describe('a purge while writers write', () => {
  it('loses nothing of what started after its limit, and leaves no state or task alone', async () => {
    await storeMany(nodes[0]!, 4000);
    const old = await storedIds();
    const made: string[] = [];
    const oldAnswers = new Set<number>();
    const stop = keepWriting(6, async (node, n) => {
      const { status, json } = await node.request('POST', `${base}/services/start`, {
        json: { customer_id: `c${n}` },
      });
      expect(status).toBe(201);
      const service = `${base}/services/${json.service_id}`;
      expect((await node.request('POST', `${service}/states/start`, { json: {} })).status).toBe(
        201,
      );
      expect((await node.request('POST', `${service}/tasks/start`, { json: {} })).status).toBe(201);
      made.push(json.service_id as string);
      const into = `${base}/services/${old[(n * 37) % old.length]}/states/start`;
      oldAnswers.add((await node.request('POST', into, { json: {} })).status);
    });
    const answer = await purge(nodes[0]!, 'purge.service.all');
    await stop();
    expect([answer.status, answer.json]).toEqual([200, { purged: 4000 }]);
    expect([...oldAnswers].filter((status) => status !== 201 && status !== 404)).toEqual([]);
    expect(await rowCounts(nodes[0]!)).toEqual({
      ...{ services: made.length, states: made.length, tasks: made.length, orphans: 0 },
    });
    expect((await storedIds()).sort()).toEqual(made.sort());
  });

  it('removes no service whose end was acknowledged when only active ones are to go', async () => {
    await storeMany(nodes[0]!, 4000);
    await databaseRows(nodes[0]!, 'UPDATE cs_service SET completed_at = NULL, completed = NULL');
    const old = await storedIds();
    const ended: string[] = [];
    const answers = new Set<number>();
    const stop = keepWriting(6, async (node, n) => {
      // From the last one on, towards the purge.
      const id = old[old.length - 1 - (n % old.length)]!;
      const { status } = await node.request('POST', `${base}/services/${id}/end`, { json: {} });
      answers.add(status);
      if (status === 204) ended.push(id);
    });
    const answer = await purge(nodes[1]!, 'purge.service.started');
    await stop();
    expect([...answers].filter((status) => status !== 204 && status !== 404)).toEqual([]);
    expect((await storedIds()).sort()).toEqual([...new Set(ended)].sort());
    expect(answer.json).toEqual({ purged: 4000 - new Set(ended).size });
    expect((await rowCounts(nodes[0]!)).orphans).toBe(0);
  });

  it('counts each service once when both nodes purge and callers delete', async () => {
    await storeMany(nodes[0]!, 4000);
    const old = await storedIds();
    let deleted = 0;
    const stop = keepWriting(4, async (node, n) => {
      const id = old[old.length - 1 - (n % old.length)]!;
      const { status } = await node.request('DELETE', `${base}/services/${id}`);
      expect([200, 404]).toContain(status);
      if (status === 200) deleted++;
    });
    const answers = await Promise.all(nodes.map((node) => purge(node, 'purge.service.all')));
    await stop();
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.reduce((sum, { json }) => sum + (json.purged as number), deleted)).toBe(4000);
    const none = { services: 0, states: 0, tasks: 0, orphans: 0 };
    expect(await rowCounts(nodes[0]!)).toEqual(none);
  });
});

describe('a stream while writers write', () => {
  it('has each service once that was there all the time', async () => {
    await storeMany(nodes[0]!, 6000);
    const old = await storedIds();
    const stop = keepWriting(6, async (node, n) => {
      await node.request('POST', `${base}/services/start`, { json: { customer_id: `c${n}` } });
      const into = `${base}/services/${old[(n * 37) % old.length]}`;
      await node.request('POST', `${into}/states/start`, { json: { timestamp: limit } });
      await node.request('POST', `${into}/end`, { json: {} });
    });
    const path = `${base}/maintenance/services/stream?time_from=2026-01-01T00:00:00Z`;
    const [ids, whole] = await Promise.all([
      nodes[0]!.request('GET', path),
      nodes[1]!.request('GET', `${path}&export_content=true`),
    ]);
    await stop();
    for (const found of [
      ids.json as string[],
      (whole.json as any[]).map(({ service_id }) => service_id as string),
    ]) {
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((id) => old.includes(id)).length).toBe(6000);
    }
  });
});
