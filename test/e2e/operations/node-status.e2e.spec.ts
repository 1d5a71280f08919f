import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Node API
const servers = useServers();
const ping = '/genesys/1/node';
const status = '/genesys/1/admin/node/status';
const change = '/genesys/1/admin/node/changestatus';

const node = (id: string) => ({ env: { GMS_NODE_ID: id } });

describe('GET /genesys/1/node', () => {
  it('answers ONLINE as text that nobody keeps', async () => {
    const server = await servers.start(node('one'));
    const answer = await server.request('GET', ping);
    expect([answer.status, answer.text]).toEqual([200, 'ONLINE']);
    expect(answer.headers['content-type']).toBe('text/plain;charset=UTF-8');
    expect(answer.headers['cache-control']).toContain('no-store');
    expect((await server.request('GET', '/gms-web/gms/1/node')).text).toBe('ONLINE');
    expect((await server.request('GET', `${ping}/`)).text).toBe('ONLINE');
  });
});

describe('a node put OFFLINE', () => {
  it('says so at once, to load balancers too, and serves everything else', async () => {
    const server = await servers.start(node('one'));
    const answer = await server.request('POST', `${change}/OFFLINE`);
    expect([answer.status, answer.text]).toEqual([200, 'OFFLINE']);
    expect(answer.headers['content-type']).toBe('text/plain;charset=UTF-8');

    const pinged = await server.request('GET', ping);
    expect([pinged.status, pinged.text]).toEqual([503, 'OFFLINE']);
    expect(pinged.headers['content-type']).toBe('text/plain;charset=UTF-8');
    expect((await server.request('GET', status)).text).toBe('OFFLINE');
    const ready = await server.request('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.json.checks).toMatchObject({ database: 'ok', node: 'OFFLINE' });
    expect((await server.request('GET', '/healthz')).status).toBe(200);
    const stored = await server.request('POST', '/genesys/1/storage/60', { form: { a: 'b' } });
    expect(stored.status).toBe(200);

    expect((await server.request('POST', `${change}/ONLINE`)).text).toBe('ONLINE');
    expect((await server.request('GET', ping)).status).toBe(200);
    expect((await server.request('GET', '/readyz')).status).toBe(200);
  });

  it('stays so over a restart under the same id, and under no other', async () => {
    const database = await servers.database();
    const first = await servers.start({ database, ...node('one') });
    await first.request('POST', `${change}/OFFLINE`);
    await first.close();
    const again = await servers.start({ database, ...node('one') });
    expect((await again.request('GET', ping)).text).toBe('OFFLINE');
    const other = await servers.start({ database, ...node('other') });
    expect((await other.request('GET', ping)).text).toBe('ONLINE');
  });
});

describe('the status in the address', () => {
  it('is read in any case', async () => {
    const server = await servers.start(node('one'));
    expect((await server.request('POST', `${change}/offline`)).text).toBe('OFFLINE');
    expect((await server.request('POST', `${change}/Online`)).text).toBe('ONLINE');
  });

  it('is set on no node when the parameter that names one is misspelt', async () => {
    const server = await servers.start(node('one'));
    const answer = await server.request('POST', `${change}/OFFLINE?nod=two`);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidParameter']);
    expect(answer.json.message).toContain('nod');
    expect((await server.request('GET', ping)).text).toBe('ONLINE');
  });

  it('that is none is refused and changes nothing', async () => {
    const server = await servers.start(node('one'));
    for (const word of ['AWAY', 'ONLINE%20', '%00', 'ONLINE,OFFLINE']) {
      const answer = await server.request('POST', `${change}/${word}`);
      expect(answer.status).toBe(400);
      expect(answer.json.exception).toBe('InvalidParameter');
    }
    expect((await server.request('GET', status)).text).toBe('ONLINE');
  });
});

describe('another node', () => {
  it('is asked and set from any node, within two seconds', async () => {
    const database = await servers.database();
    const one = await servers.start({ database, ...node('one') });
    const two = await servers.start({ database, ...node('two') });
    const answer = await one.request('POST', `${change}/OFFLINE?node=two`);
    expect([answer.status, answer.text]).toEqual([200, 'OFFLINE']);
    expect((await one.request('GET', `${status}?node=two`)).text).toBe('OFFLINE');
    expect((await one.request('GET', ping)).text).toBe('ONLINE');
    await eventually(async () => {
      expect((await two.request('GET', ping)).text).toBe('OFFLINE');
    }, 2000);
    await two.request('POST', `${change}/ONLINE?node=two`);
    expect((await two.request('GET', ping)).text).toBe('ONLINE');
  });

  it('that nobody knows is 404 NodeNotFound', async () => {
    const server = await servers.start(node('one'));
    const asked = await server.request('GET', `${status}?node=nobody`);
    const set = await server.request('POST', `${change}/OFFLINE?node=nobody`);
    for (const answer of [asked, set]) {
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({
        exception: 'NodeNotFound',
        message: 'there is no node "nobody"',
      });
    }
  });

  it('of an impossible id is refused, and no id is this node', async () => {
    const server = await servers.start(node('one'));
    for (const [query, exception] of [
      ['node=%00', 'InvalidText'],
      ['node=one&node=two', 'InvalidParameter'],
    ]) {
      const answer = await server.request('GET', `${status}?${query}`);
      expect([answer.status, answer.json.exception]).toEqual([400, exception]);
    }
    expect((await server.request('GET', `${status}?node=`)).text).toBe('ONLINE');
  });
});

describe('GET /genesys/1/admin/nodes', () => {
  it('lists every node, and which of them live', async () => {
    const database = await servers.database();
    const one = await servers.start({ database, ...node('one') });
    const two = await servers.start({ database, ...node('two') });
    const view = {
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      seenAt: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    const list = await one.request('GET', '/genesys/1/admin/nodes');
    expect(list.json).toEqual([
      { id: 'one', status: 'ONLINE', live: true, ...view },
      { id: 'two', status: 'ONLINE', live: true, ...view },
    ]);
    await two.close();
    const after = await one.request('GET', '/genesys/1/admin/nodes');
    expect(after.json).toMatchObject([
      { live: true, status: 'ONLINE' },
      { id: 'two', live: false, status: 'OFFLINE' },
    ]);
    expect((await one.request('GET', `${status}?node=two`)).text).toBe('OFFLINE');
    const again = await servers.start({ database, ...node('two') });
    expect((await again.request('GET', ping)).text).toBe('ONLINE');
  });
});

describe('a heartbeat that is under way while the status is set', () => {
  it('does not bring the old status back', async () => {
    const database = await servers.database();
    const proxy = await startDatabaseProxy(database.url);
    try {
      const server = await servers.start({ database: proxy, ...node('one') });
      const beat = proxy.holdAnswerTo('node.beat');
      await beat.held;
      const changed = server.request('POST', `${change}/OFFLINE`);
      await delay(300);
      beat.release();
      expect((await changed).text).toBe('OFFLINE');
      for (let looks = 0; looks < 100; looks++) {
        expect((await server.request('GET', ping)).text).toBe('OFFLINE');
      }
      await server.close();
    } finally {
      await proxy.close();
    }
  });
});

describe('GET /genesys/1/admin/node', () => {
  it('says what this node is and runs, as the metrics do', async () => {
    const server = await servers.start(node('one'));
    const { json } = await server.request('GET', '/genesys/1/admin/node');
    expect(json).toEqual({
      id: 'one',
      status: 'ONLINE',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: expect.stringMatching(/^([0-9a-f]{40}|unknown)$/),
      nodeVersion: process.version,
    });
    expect((await server.request('GET', '/metrics')).text).toContain(
      `gms_build_info{version="${json.version}",commit="${json.commit}",node="one"} 1`,
    );
  });
});

describe('who may', () => {
  it('ping is anybody, ask and set is an administrator inside', async () => {
    const server = await servers.start(node('one'));
    const outside = { headers: { 'X-Forwarded-For': '192.0.2.1' } };
    expect((await server.request('GET', ping, outside)).status).toBe(200);
    for (const [method, path] of [
      ['GET', status],
      ['POST', `${change}/OFFLINE`],
      ['GET', '/genesys/1/admin/node'],
      ['GET', '/genesys/1/admin/nodes'],
      ['GET', '/metrics'],
    ] as const) {
      expect((await server.request(method, path, outside)).status).toBe(401);
    }
    for (const path of ['/healthz', '/readyz', '/docs', '/docs-json']) {
      expect((await server.request('GET', path, outside)).status).toBe(200);
    }
    expect((await server.request('GET', ping)).text).toBe('ONLINE');
  });
});
