import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, everything, fresh, read } from '../../support/customer-services.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: nothing is half-written; docs/architecture.md, Start and stop
const servers = useServers();

let database: TestDatabase;
/** The node that outlives the others, and takes over from them. */
let next: SpawnedServer;

beforeAll(async () => {
  database = await servers.database();
});

/** What one client was told: the services of its customer, and their states in order. */
interface Told {
  readonly customer: string;
  readonly services: { readonly id: string; readonly states: number[]; isEnded: boolean }[];
}

/** Starts services with a state, sends each through transitions and ends it, until all is gone. */
async function liveUntilGone(server: SpawnedServer, told: Told): Promise<void> {
  const send = async (path: string, json: object): Promise<any> => {
    const answer = await call(server, 'POST', path, json);
    expect([path, answer.text, Math.floor(answer.status / 100)]).toEqual([path, answer.text, 2]);
    return answer.status === 204 ? undefined : answer.json;
  };
  const oneService = async (n: number): Promise<void> => {
    const service = { customer_id: told.customer, service_type: n, note: 'x'.repeat(500) };
    const element = { service, state: { state_type: 0 }, task: {}, associate_state_task: true };
    const { services } = await send('/services_composite/start', { services: [element] });
    const [made] = services;
    const known = { id: made.service.service_id, states: [made.state.state_id], isEnded: false };
    told.services.push(known);
    for (let step = 1; step < 5; step++) {
      const body = { from: { state_id: known.states.at(-1) }, to: { state_type: step }, step };
      const { state_id } = await send(`/services/${known.id}/states/transition`, body);
      known.states.push(state_id as number);
    }
    await send(`/services/${known.id}/end`, { disposition: 'done', disposition_desc: 'd' });
    known.isEnded = true;
  };
  for (let n = 0; ; n++) {
    try {
      await oneService(n);
    } catch (error) {
      // The connection is lost with the process; an answer that is no success is a failure.
      if ((error as { matcherResult?: unknown }).matcherResult !== undefined) throw error;
      return;
    }
  }
}

/** The states of a service form one chain, of which the last alone is active. */
function expectChain(service: any): number[] {
  const { active_states, completed_states } = service;
  expect([service.service_id, active_states]).toEqual([service.service_id, [expect.anything()]]);
  const states = [...completed_states, ...active_states];
  for (const [n, state] of states.entries()) {
    expect(state.state_type).toBe(n);
    const next = states[n + 1];
    if (next === undefined) continue;
    expect(next).toMatchObject({ previous_state_id: state.state_id, step: n + 1 });
    expect(next.started).toEqual(state.completed);
  }
  return states.map((state) => state.state_id);
}

describe('kill -9 of a server while services live', () => {
  it('loses nothing that was acknowledged and leaves nothing half-written', async () => {
    const doomed = await servers.spawn({ database });
    const clients = Array.from({ length: 12 }, (): Told => ({ customer: fresh(), services: [] }));
    const living = Promise.all(clients.map((told) => liveUntilGone(doomed, told)));
    await eventually(() => {
      expect(clients.flatMap(({ services }) => services).length).toBeGreaterThan(60);
    }, 30_000);
    await doomed.kill('SIGKILL');
    await living;

    next = await servers.spawn({ database });
    for (const { customer, services } of clients) {
      const listed: any[] = await read(next, `/customers/${customer}/services?${everything}`);
      // At most the one whose answer was lost is there beside those that were acknowledged.
      const ids = services.map(({ id }) => id);
      expect(listed.map((each) => each.service_id).slice(0, ids.length)).toEqual(ids);
      expect(listed.length - ids.length).toBeLessThanOrEqual(1);
      for (const [n, service] of listed.entries()) {
        expect(service).toMatchObject({ service_type: n, note: 'x'.repeat(500) });
        const chain = expectChain(service);
        const told = services[n];
        expect(chain.slice(0, told?.states.length ?? 0)).toEqual(told?.states ?? []);
        expect(chain.length - (told?.states.length ?? 0)).toBeLessThanOrEqual(1);
        const [task, ...more] = service.active_tasks;
        expect([task.state_id, more]).toEqual([chain[0], []]);
        if (told?.isEnded === true) expect(service).toHaveProperty('completed');
        const end = service.completed && [service.disposition, service.disposition_desc];
        expect(end ?? ['done', 'd']).toEqual(['done', 'd']);
      }
    }
    const [orphans] = await databaseRows(
      next,
      `SELECT (SELECT count(*)::int FROM cs_state s WHERE NOT EXISTS
                 (SELECT FROM cs_service o WHERE o::text LIKE '%' || s.service_id || '%')) AS states,
              (SELECT count(*)::int FROM cs_task t WHERE NOT EXISTS
                 (SELECT FROM cs_service o WHERE o::text LIKE '%' || t.service_id || '%')) AS tasks`,
    );
    expect(orphans).toEqual({ states: 0, tasks: 0 });
  });

  it('leaves no lock behind: what was under way can be gone on with', async () => {
    const [doomed, other] = [await servers.spawn({ database }), next];
    const element = { service: { contact_key: fresh() }, state: {}, task: {} };
    const compose = (server: SpawnedServer) =>
      call(server, 'POST', '/services_composite/start', { services: [element] });
    const first = (await compose(doomed)).json.services[0];
    let isAlive = true;
    let answered = 0;
    const work = Array.from({ length: 12 }, async () => {
      for (; isAlive; answered++) await compose(doomed).catch(() => undefined);
    });
    await eventually(() => expect(answered).toBeGreaterThan(50), 30_000);
    await doomed.kill('SIGKILL');
    isAlive = false;
    await Promise.all(work);
    const found = await compose(other);
    expect(found.json.services).toEqual([
      {
        service: { ...first.service, created: false },
        state: { ...first.state, created: false },
        task: { ...first.task, created: false },
      },
    ]);
    expect((await call(other, 'DELETE', `/services/${first.service.service_id}`)).status).toBe(200);
  });
});
