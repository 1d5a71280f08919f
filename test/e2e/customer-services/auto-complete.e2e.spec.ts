import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  call,
  everything,
  expectRefusal,
  fresh,
  read,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { eventually } from '../../support/eventually.js';
import { putSection } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Life: auto_complete_after and cview.auto-complete-after
// No sweeper comes while these tests run, but for the last ones.
const server = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '3600000' } });

const start = (body: object): Promise<string> =>
  startService(server, { contact_key: fresh(), auto_complete_after: 2, ...body });

/** Waits until the service is completed and returns all of it. */
async function completed(id: string, from = server): Promise<any> {
  let service: any;
  await eventually(async () => {
    service = await read(from, `/services/${id}?${everything}`);
    expect(service).toHaveProperty('completed');
  });
  return service;
}

/** Milliseconds between two instants. */
const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** An instant that lies two seconds, as the database counts, after what was written in between. */
function expectTwoSecondsAfter(instant: string, before: number, after: number): void {
  expect(Date.parse(instant)).toBeGreaterThanOrEqual(before + 2000 - 5);
  expect(Date.parse(instant)).toBeLessThanOrEqual(after + 2000 + 5);
}

// They wait for services to be due, which they can do together.
describe('auto_complete_after', () => {
  it.concurrent(
    'completes service, states and tasks at one instant, counted from the last write',
    async () => {
      const id = await start({});
      const state_id = await startState(server, id);
      const before = Date.now();
      const task_id = await startTask(server, id, { state_id });
      const after = Date.now();
      const open = await read(server, `/services/${id}?${everything}`);
      expect(open).not.toHaveProperty('completed');
      const service = await completed(id);
      const { timestamp } = service.completed;
      expectTwoSecondsAfter(timestamp, before, after);
      const [state, task] = [open.active_states[0], open.active_tasks[0]];
      const end = (item: any) => ({
        ...{ ...item, completed: { timestamp } },
        duration: between(item.started.timestamp, timestamp),
      });
      expect(service).toEqual({
        ...end(open),
        ...{ active_states: [], completed_states: [end(state)] },
        ...{ active_tasks: [], completed_tasks: [end(task)] },
      });
      expect(await read(server, `/services/${id}/states/${state_id}`)).toEqual({
        ...{ ...end(state), service_id: id },
      });
      expect(await read(server, `/services/${id}/tasks/completed`)).toEqual([
        { ...end(task), service_id: id },
      ]);
      expect(await read(server, `/services/${id}/tasks/${task_id}`)).toMatchObject({
        completed: { timestamp },
      });
      await delay(300);
      expect(await read(server, `/services/${id}?${everything}`)).toEqual(service);
    },
  );

  it.concurrent('is seen by every list and filter', async () => {
    const customer_id = fresh();
    const id = await start({ customer_id });
    await startState(server, id, { state_type: 's' });
    const path = `/customers/${customer_id}/services`;
    expect(await read(server, `${path}/active`)).toHaveLength(1);
    expect(await read(server, `${path}/completed`)).toEqual([]);
    const { timestamp } = (await completed(id)).completed;
    const next = new Date(Date.parse(timestamp) + 1).toISOString();
    expect(await read(server, `${path}/active`)).toEqual([]);
    const found = { service_id: id, completed: { timestamp } };
    expect(await read(server, `${path}/completed`)).toMatchObject([found]);
    expect(await read(server, `${path}?completed_from=${timestamp}`)).toMatchObject([found]);
    expect(await read(server, `${path}?completed_to=${next}`)).toMatchObject([found]);
    expect(await read(server, `${path}?completed_to=${timestamp}`)).toEqual([]);
    expect(await read(server, `${path}/completed?completed_from=${next}`)).toEqual([]);
    const states = `/services/${id}/states`;
    expect(await read(server, `${states}/active`)).toEqual([]);
    expect(await read(server, `${states}?completed_from=${timestamp}`)).toHaveLength(1);
    expect(await read(server, `${states}/completed?completed_to=${timestamp}`)).toEqual([]);
  });

  it.concurrent('touches nothing that is completed already', async () => {
    const id = await start({});
    const [state, task] = [await startState(server, id), await startTask(server, id)];
    const end = { disposition: 'own', session_id: 's' };
    await succeed(204, server, 'POST', `/services/${id}/states/${state}/end`, end);
    await succeed(204, server, 'POST', `/services/${id}/tasks/${task}/end`, end);
    const path = `/services/${id}?${everything}`;
    const { completed_states, completed_tasks } = await read(server, path);
    expect(await completed(id)).toMatchObject({ completed_states, completed_tasks });
    const ended = await start({});
    const open = await startState(server, ended);
    await succeed(204, server, 'POST', `/services/${ended}/end`, end);
    const { completed: before } = await read(server, `/services/${ended}`);
    await eventually(async () => {
      const shown = await read(server, `/services/${ended}/states/${open}`);
      expect(shown).toHaveProperty('completed');
    });
    expect(await read(server, `/services/${ended}`)).toMatchObject({
      ...{ completed: before, disposition: 'own' },
    });
  });

  it.concurrent('does not complete before a start that lies ahead', async () => {
    const timestamp = new Date(Date.now() + 3_600_000).toISOString();
    const id = await start({});
    await startTask(server, id, { timestamp });
    const service = await completed(id);
    expect(Date.parse(service.completed.timestamp)).toBeLessThan(Date.parse(timestamp));
    expect(service.completed_tasks).toMatchObject([{ completed: { timestamp }, duration: 0 }]);
  });

  it.concurrent('is put off by writes, not by reads and refusals', async () => {
    const ids = [await start({}), await start({})];
    await delay(600);
    const before = Date.now();
    await succeed(200, server, 'PUT', `/services/${ids[0]}/extensions/note`, 1);
    const after = Date.now();
    await read(server, `/services/${ids[1]}`);
    await call(server, 'PUT', `/services/${ids[1]}/extensions/ttl`, 1);
    await call(server, 'POST', `/services/${ids[1]}/states/0/end`, {});
    const [put, idle] = [await completed(ids[0]!), await completed(ids[1]!)];
    expectTwoSecondsAfter(put.completed.timestamp, before, after);
    expect(Date.parse(idle.completed.timestamp)).toBeLessThan(before + 2000);
  });

  it.concurrent('may be given by a composite start', async () => {
    const before = Date.now();
    const service = { contact_key: fresh(), auto_complete_after: 2 };
    const services = [{ service, state: {}, task: {} }];
    const made = await succeed(200, server, 'POST', '/services_composite/start', { services });
    const after = Date.now();
    const shown = await completed(made.json.services[0].service.service_id);
    expectTwoSecondsAfter(shown.completed.timestamp, before, after);
    expect(shown).toMatchObject({ active_states: [], active_tasks: [] });
  });

  it.concurrent('may be given by association', async () => {
    const id = await startService(server);
    const before = Date.now();
    const body = { auto_complete_after: '2' };
    await succeed(204, server, 'POST', `/customers/${fresh()}/services/${id}`, body);
    const after = Date.now();
    expectTwoSecondsAfter((await completed(id)).completed.timestamp, before, after);
  });
});

describe('a write when the completion is due (decisions, Auto-complete)', () => {
  it.concurrent('completes first, and what it starts is active and counts anew', async () => {
    const id = await start({});
    const old = await startState(server, id);
    const { timestamp } = (await completed(id)).completed;
    const before = Date.now();
    const next = await startState(server, id);
    const after = Date.now();
    const shown = await read(server, `/services/${id}?${everything}`);
    expect(shown.completed).toEqual({ timestamp });
    expect(shown.completed_states).toMatchObject([{ state_id: old, completed: { timestamp } }]);
    expect(shown.active_states).toMatchObject([{ state_id: next }]);
    await eventually(async () => {
      expect(await read(server, `/services/${id}/states/active`)).toEqual([]);
    });
    const both = await read(server, `/services/${id}/states/completed`);
    expect(both).toMatchObject([{ state_id: old, completed: { timestamp } }, { state_id: next }]);
    expectTwoSecondsAfter(both[1].completed.timestamp, before, after);
    expect((await read(server, `/services/${id}`)).completed).toEqual({ timestamp });
  });

  it.concurrent('by many at once completes once, and all of them are done', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => start({})));
    const old = await Promise.all(ids.map((id) => startState(server, id)));
    await delay(2100);
    for (const [n, id] of ids.entries()) {
      const path = `/services/${id}`;
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, each) => {
          if (each % 3 === 0) return call(server, 'POST', `${path}/states/start`, {});
          if (each % 3 === 1) return call(server, 'PUT', `${path}/extensions/e${each}`, each);
          return call(server, 'POST', `${path}/end`, { disposition: each });
        }),
      );
      const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
      expect(statuses).toEqual([200, 200, 200, 201, 201, 201, 204, 204, 204]);
      const shown = await read(server, `${path}?${everything}`);
      expect(shown.active_states).toHaveLength(3);
      expect(shown).toMatchObject({ e1: 1, e4: 4, e7: 7, disposition: expect.any(Number) });
      expect(shown.completed_states).toMatchObject([{ state_id: old[n] }]);
      // At its due instant, two seconds after the start, and not with the end that came later.
      const [{ started, duration }] = shown.completed_states;
      expect([started.timestamp, duration >= 1900 && duration < 2100]).toEqual([
        ...[started.timestamp, true],
      ]);
    }
  });

  it.concurrent(
    'finds the state completed, for a transition and for a composite start',
    async () => {
      const contact_key = fresh();
      const id = await start({ contact_key });
      const state_id = await startState(server, id);
      await completed(id);
      const transition = `/services/${id}/states/transition`;
      const refused = await call(server, 'POST', transition, { from: { state_id } });
      expectRefusal(refused, 409, 'StateCompleted');
      const services = [{ service: { contact_key }, state: {} }];
      const made = await succeed(200, server, 'POST', '/services_composite/start', { services });
      expect(made.json.services[0].service.created).toBe(true);
    },
  );

  it.concurrent('may end the service again', async () => {
    const id = await start({});
    const state = await startState(server, id);
    const { timestamp } = (await completed(id)).completed;
    await succeed(204, server, 'POST', `/services/${id}/end`, { disposition: 5 });
    const shown = await read(server, `/services/${id}?completed_states=true`);
    expect(shown).toMatchObject({ disposition: 5, completed_states: [{ state_id: state }] });
    expect(between(timestamp, shown.completed.timestamp)).toBeGreaterThan(0);
    expect(shown.completed_states[0].completed).toEqual({ timestamp });
  });
});

describe('cview.auto-complete-after', () => {
  const other = useTestServer({
    config: { cview: { 'auto-complete-after': 2 } },
    env: { GMS_SWEEP_INTERVAL_MS: '50' },
  });

  it('holds for services that have none of their own; the sweeper changes no instant', async () => {
    const before = Date.now();
    const id = await startService(other);
    const after = Date.now();
    const own = await startService(other, { contact_key: fresh(), auto_complete_after: 600 });
    const service = await completed(id, other);
    expectTwoSecondsAfter(service.completed.timestamp, before, after);
    await delay(400);
    expect(await read(other, `/services/${id}?${everything}`)).toEqual(service);
    expect(await read(other, `/services/${own}`)).not.toHaveProperty('completed');
  });

  it('is never when it is 0', async () => {
    await putSection(other, 'cview', { 'auto-complete-after': 0 });
    const id = await startService(other);
    await delay(2300);
    expect(await read(other, `/services/${id}`)).not.toHaveProperty('completed');
  });
});
