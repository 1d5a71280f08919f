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

// docs/compatibility.md, Operations; Queries: tasks
const server = useTestServer();

const event = {
  ...{ session_id: 's', interaction_id: 'i', application_type: 1, application_id: 2 },
  ...{ resource_type: 'r', resource_id: 3, media_type: 'chat' },
};

let service: string;
let tasks: string;
beforeEach(async () => {
  service = await startService(server);
  tasks = `/services/${service}/tasks`;
});

const idsOf = async (path: string): Promise<number[]> =>
  (await read(server, path)).map((one: any) => one.task_id);

describe('POST …/tasks/start', () => {
  it('answers 201 with the number of the task and its Location', async () => {
    const answer = await succeed(201, server, 'POST', `${tasks}/start`, {});
    const { task_id } = answer.json;
    expect(answer.json).toEqual({ task_id: expect.any(Number) });
    expect(Number.isInteger(task_id)).toBe(true);
    expect(answer.headers.location).toBe(`${server.url}${base}${tasks}/${task_id}`);
    expect(await read(server, `${tasks}/${task_id}`)).toEqual({
      ...{ service_id: service, task_id, started: { timestamp: expect.any(String) } },
    });
  });

  it('hangs a task on a state, and returns every field as given', async () => {
    const state_id = await startState(server, service);
    const own = { task_type: 3, est_duration: 8 };
    const body = { ...own, ...event, timestamp: at(0), state_id: String(state_id), note: 1 };
    const id = await startTask(server, service, body);
    expect(await read(server, `${tasks}/${id}`)).toEqual({
      ...{ service_id: service, task_id: id, state_id, ...own },
      started: { ...event, timestamp: at(0) },
    });
  });

  it('takes null for no state', async () => {
    const id = await startTask(server, service, { state_id: null, task_type: null });
    expect(await read(server, `${tasks}/${id}`)).toEqual({
      ...{ service_id: service, task_id: id, started: { timestamp: expect.any(String) } },
    });
  });

  it('ignores what means nothing to a task, and makes no extension of it', async () => {
    const odd = { customer_id: [], contact_key: {}, service_type: [], state_type: true, ttl: 0 };
    const more = { previous_state_id: 'x', disposition: [], duration: 1, task_id: 'x', to: 1 };
    const id = await startTask(server, service, { ...odd, ...more, auto_complete_after: -1 });
    expect(await read(server, `${tasks}/${id}?extensions=*`)).toEqual({
      ...{ service_id: service, task_id: id, started: { timestamp: expect.any(String) } },
    });
  });

  it('is taken by a completed service', async () => {
    await succeed(204, server, 'POST', `/services/${service}/end`);
    const id = await startTask(server, service);
    expect(await idsOf(`${tasks}/active`)).toEqual([id]);
  });
});

describe('POST …/tasks/{tid}/end', () => {
  it('completes the task with the fields of the event; a second end replaces them', async () => {
    const id = await startTask(server, service, { timestamp: at(0), note: 'old' });
    const end = (body?: object) => succeed(204, server, 'POST', `${tasks}/${id}/end`, body);
    await end({ ...event, timestamp: at(2), disposition: 7, disposition_desc: 'd', note: 'new' });
    const started = { timestamp: at(0) };
    expect(await read(server, `${tasks}/${id}?extensions=*`)).toEqual({
      ...{ service_id: service, task_id: id, started, duration: 2000, note: 'new' },
      ...{ completed: { ...event, timestamp: at(2) }, disposition: 7, disposition_desc: 'd' },
    });
    await end({ timestamp: at(0) });
    expect(await read(server, `${tasks}/${id}`)).toEqual({
      ...{ service_id: service, task_id: id, started, duration: 0 },
      completed: { timestamp: at(0) },
    });
    await end();
    const { completed } = await read(server, `${tasks}/${id}`);
    expect(Math.abs(Date.parse(completed.timestamp) - Date.now())).toBeLessThan(10_000);
  });

  it('before the start is a 400 that changes nothing', async () => {
    const id = await startTask(server, service, { timestamp: at(5) });
    const before = await snapshot(server);
    const body = { timestamp: at(4.999), disposition: 1, note: 1 };
    const answer = await call(server, 'POST', `${tasks}/${id}/end`, body);
    expectRefusal(answer, 400, 'InvalidParameter', 'timestamp');
    expect(await snapshot(server)).toBe(before);
  });

  it('ignores the fields of a start', async () => {
    const id = await startTask(server, service, { timestamp: at(0), task_type: 'a' });
    const body = { timestamp: at(1), task_type: {}, state_id: 999_999, est_duration: 'x' };
    await succeed(204, server, 'POST', `${tasks}/${id}/end`, body);
    expect(await read(server, `${tasks}/${id}?extensions=*`)).toEqual({
      ...{ service_id: service, task_id: id, task_type: 'a', started: { timestamp: at(0) } },
      ...{ completed: { timestamp: at(1) }, duration: 1000 },
    });
  });
});

describe('GET …/tasks[/active|/completed]', () => {
  it('lists by start, then by number; active are those not completed', async () => {
    const late = await startTask(server, service, { timestamp: at(9) });
    const first = await startTask(server, service, { timestamp: at(3) });
    const second = await startTask(server, service, { timestamp: at(3) });
    const early = await startTask(server, service, { timestamp: at(1) });
    expect(await idsOf(tasks)).toEqual([early, ...[first, second].sort((a, b) => a - b), late]);
    await succeed(204, server, 'POST', `${tasks}/${first}/end`);
    await succeed(204, server, 'POST', `${tasks}/${late}/end`);
    expect(await idsOf(`${tasks}/active`)).toEqual([early, second]);
    expect(await idsOf(`${tasks}/completed`)).toEqual([first, late]);
    expect(await idsOf(`${tasks}?size=2&index=1`)).toHaveLength(2);
  });

  it('filters by state_id; an unknown one finds nothing', async () => {
    const state = await startState(server, service);
    const on = await startTask(server, service, { state_id: state });
    const off = await startTask(server, service);
    expect(await idsOf(`${tasks}?state_id=${state}`)).toEqual([on]);
    expect(await idsOf(`${tasks}/active?state_id=${state}`)).toEqual([on]);
    expect(await idsOf(`${tasks}/completed?state_id=${state}`)).toEqual([]);
    expect(await idsOf(tasks)).toEqual([on, off]);
    for (const unknown of [0, state + 1_000_000, 1e15]) {
      expect(await idsOf(`${tasks}?state_id=${unknown}`)).toEqual([]);
    }
  });

  it('filters by task_types, comma-separated or repeated, by their text', async () => {
    const a = await startTask(server, service, { task_type: 'a' });
    const number = await startTask(server, service, { task_type: 7 });
    const text = await startTask(server, service, { task_type: '7' });
    const none = await startTask(server, service);
    const listed = (query: string) => idsOf(`${tasks}?${query}`);
    expect(await listed('task_types=a,7')).toEqual([a, number, text]);
    expect(await listed('task_types=a&task_types=,')).toEqual([a]);
    expect(await listed('task_types=x')).toEqual([]);
    expect(await listed('task_types=,')).toEqual([a, number, text, none]);
  });
});
