import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  at,
  base,
  call,
  expectRefusal,
  read,
  snapshot,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations; Queries: states
const server = useTestServer();

const event = {
  ...{ session_id: 's', interaction_id: 'i', application_type: 1, application_id: 2 },
  ...{ resource_type: 'r', resource_id: 3, media_type: 'chat' },
};

let service: string;
let states: string;
beforeEach(async () => {
  service = await startService(server);
  states = `/services/${service}/states`;
});

const idsOf = async (path: string): Promise<number[]> =>
  (await read(server, path)).map((one: any) => one.state_id);

describe('POST …/states/start', () => {
  it('answers 201 with the number of the state and its Location', async () => {
    const answer = await succeed(201, server, 'POST', `${states}/start`, {});
    const { state_id } = answer.json;
    expect(answer.json).toEqual({ state_id: expect.any(Number) });
    expect(Number.isInteger(state_id)).toBe(true);
    expect(answer.headers.location).toBe(`${server.url}${base}${states}/${state_id}`);
    expect(await read(server, `${states}/${state_id}`)).toEqual({
      ...{ service_id: service, state_id, started: { timestamp: expect.any(String) } },
    });
  });

  it('returns every field as given', async () => {
    const own = { state_type: 'queue', previous_state_id: 424_242, est_duration: 0 };
    const id = await startState(server, service, { ...own, ...event, timestamp: at(0), note: 1 });
    expect(await read(server, `${states}/${id}`)).toEqual({
      ...{ service_id: service, state_id: id, ...own, started: { ...event, timestamp: at(0) } },
    });
  });

  it('returns a previous state given as text as a number, and does not check it', async () => {
    const id = await startState(server, service, { previous_state_id: '17', state_type: 5 });
    const shown = { previous_state_id: 17, state_type: 5 };
    expect(await read(server, `${states}/${id}`)).toMatchObject(shown);
    const zero = await startState(server, service, { previous_state_id: 0 });
    expect(await read(server, `${states}/${zero}`)).toMatchObject({ previous_state_id: 0 });
  });

  it('gives every state a number of its own', async () => {
    const other = await startService(server);
    const ids = new Set<number>();
    for (let n = 0; n < 5; n++) {
      ids.add(await startState(server, service));
      ids.add(await startState(server, other));
    }
    expect(ids.size).toBe(10);
  });

  it('ignores what means nothing to a state, and makes no extension of it', async () => {
    const odd = { customer_id: 5, contact_key: {}, service_type: [], task_type: true, ttl: -1 };
    const more = { state_id: 'x', disposition: {}, completed: 1, from: 1, expiration_time: 'x' };
    const id = await startState(server, service, { ...odd, ...more, auto_complete_after: 'x' });
    expect(await read(server, `${states}/${id}?extensions=*`)).toEqual({
      ...{ service_id: service, state_id: id, started: { timestamp: expect.any(String) } },
    });
  });
});

describe('POST …/states/{sid}/end', () => {
  it('completes the state with the fields of the event; a second end replaces them', async () => {
    const id = await startState(server, service, { timestamp: at(0), note: 'old' });
    const end = (body?: object) => succeed(204, server, 'POST', `${states}/${id}/end`, body);
    await end({ ...event, timestamp: at(2), disposition: 7, disposition_desc: 'd', note: 'new' });
    const started = { timestamp: at(0) };
    expect(await read(server, `${states}/${id}?extensions=*`)).toEqual({
      ...{ service_id: service, state_id: id, started, duration: 2000, note: 'new' },
      ...{ completed: { ...event, timestamp: at(2) }, disposition: 7, disposition_desc: 'd' },
    });
    await end({ timestamp: at(1), disposition: 'z' });
    expect(await read(server, `${states}/${id}`)).toEqual({
      ...{ service_id: service, state_id: id, started, duration: 1000 },
      ...{ completed: { timestamp: at(1) }, disposition: 'z' },
    });
    await end();
    const { completed, ...last } = await read(server, `${states}/${id}`);
    expect(Math.abs(Date.parse(completed.timestamp) - Date.now())).toBeLessThan(10_000);
    expect(last).not.toHaveProperty('disposition');
  });

  it('before the start is a 400 that changes nothing', async () => {
    const id = await startState(server, service, { timestamp: at(5) });
    const before = await snapshot(server);
    const body = { timestamp: at(4.999), disposition: 1, note: 1 };
    const answer = await call(server, 'POST', `${states}/${id}/end`, body);
    expectRefusal(answer, 400, 'InvalidParameter', 'timestamp');
    expect(await snapshot(server)).toBe(before);
  });

  it('ends no task on the state', async () => {
    const id = await startState(server, service);
    const task = await startTask(server, service, { state_id: id });
    await succeed(204, server, 'POST', `${states}/${id}/end`);
    const shown = await read(server, `${states}/${id}?active_tasks=true&completed_tasks=true`);
    expect(shown).toMatchObject({ active_tasks: [{ task_id: task }], completed_tasks: [] });
  });

  it('ignores the fields of a start', async () => {
    const id = await startState(server, service, { timestamp: at(0), state_type: 'a' });
    const body = { timestamp: at(1), state_type: [], previous_state_id: 'x', est_duration: -1 };
    await succeed(204, server, 'POST', `${states}/${id}/end`, body);
    const shown = await read(server, `${states}/${id}?extensions=*`);
    expect(shown).toEqual({
      ...{ service_id: service, state_id: id, state_type: 'a', started: { timestamp: at(0) } },
      ...{ completed: { timestamp: at(1) }, duration: 1000 },
    });
  });
});

describe('GET …/states[/active|/completed]', () => {
  it('lists by start, then by number; active are those not completed', async () => {
    const late = await startState(server, service, { timestamp: at(9) });
    const first = await startState(server, service, { timestamp: at(3) });
    const second = await startState(server, service, { timestamp: at(3) });
    const early = await startState(server, service, { timestamp: at(1) });
    expect(await idsOf(states)).toEqual([early, ...[first, second].sort((a, b) => a - b), late]);
    await succeed(204, server, 'POST', `${states}/${first}/end`);
    await succeed(204, server, 'POST', `${states}/${late}/end`);
    expect(await idsOf(`${states}/active`)).toEqual([early, second]);
    expect(await idsOf(`${states}/completed`)).toEqual([first, late]);
  });

  it('is empty for a service without any', async () => {
    for (const path of ['', '/active', '/completed']) {
      expect(await read(server, states + path)).toEqual([]);
    }
  });

  it('gives each with the service and, when asked, its own tasks', async () => {
    const [one, two] = [await startState(server, service), await startState(server, service)];
    const open = await startTask(server, service, { state_id: one, timestamp: at(0) });
    const closed = await startTask(server, service, { state_id: one, timestamp: at(0) });
    await startTask(server, service);
    const end = { timestamp: at(1) };
    await succeed(204, server, 'POST', `/services/${service}/tasks/${closed}/end`, end);
    const path = `${states}?active_tasks=true&completed_tasks=True`;
    const started = { timestamp: expect.any(String) };
    const task = { state_id: one, started: { timestamp: at(0) } };
    expect(await read(server, path)).toEqual([
      {
        ...{ service_id: service, state_id: one, started },
        active_tasks: [{ task_id: open, ...task }],
        completed_tasks: [
          { task_id: closed, ...task, completed: { timestamp: at(1) }, duration: 1000 },
        ],
      },
      {
        ...{ service_id: service, state_id: two, started, active_tasks: [], completed_tasks: [] },
      },
    ]);
    const [bare] = await read(server, `${states}?active_tasks=false`);
    expect(Object.keys(bare).sort()).toEqual(['service_id', 'started', 'state_id']);
  });

  it('filters by state_types, comma-separated or repeated, by their text', async () => {
    const [a, b] = [await startState(server, service, { state_type: 'a' })].concat(
      await startState(server, service, { state_type: 'b c' }),
    );
    const number = await startState(server, service, { state_type: 7 });
    const text = await startState(server, service, { state_type: '7' });
    const none = await startState(server, service);
    const listed = (query: string) => idsOf(`${states}?${query}`);
    expect(await listed('state_types=a,b%20c')).toEqual([a, b]);
    expect(await listed('state_types=a&state_types=7')).toEqual([a, number, text]);
    expect(await listed('state_types=,7,,')).toEqual([number, text]);
    expect(await listed('state_types=A')).toEqual([]);
    expect(await listed('state_types=')).toEqual([a, b, number, text, none]);
    expect(await listed('state_types=,&size=2&index=3')).toEqual([text, none]);
  });
});

describe('a completed service', () => {
  it('still takes states, their ends and transitions', async () => {
    const open = await startState(server, service);
    await succeed(204, server, 'POST', `/services/${service}/end`);
    const from = await startState(server, service, { state_type: 'late' });
    const transition = { from: { state_id: from } };
    const moved = await succeed(201, server, 'POST', `${states}/transition`, transition);
    await succeed(204, server, 'POST', `${states}/${open}/end`);
    expect(await idsOf(`${states}/active`)).toEqual([moved.json.state_id]);
    expect(await read(server, `/services/${service}`)).toHaveProperty('completed');
  });
});
