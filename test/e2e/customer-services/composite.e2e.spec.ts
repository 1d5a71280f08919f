import { describe, expect, it } from '@jest/globals';
import {
  at,
  base,
  call,
  expectRefusal,
  fresh,
  read,
  rowsOf,
  servicePattern,
  snapshot,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: POST /services_composite/start
const server = useTestServer();

const composite = (...services: object[]) =>
  succeed(200, server, 'POST', '/services_composite/start', { services });

/** The answer's only element. */
const one = async (element: object): Promise<any> => {
  const { services } = (await composite(element)).json;
  expect(services).toHaveLength(1);
  return services[0];
};

describe('composite start', () => {
  it('makes what is not there, and says so', async () => {
    const contact_key = fresh();
    const answer = await composite({
      service: { contact_key, service_type: 'sales', est_duration: 5, timestamp: at(0), a: 1 },
      state: { state_type: 'queue', session_id: 's', timestamp: at(1), b: 2 },
      task: { task_type: 'call', media_type: 3, timestamp: at(2), c: 3 },
    });
    expect(answer.json).toEqual({
      services: [
        {
          service: { service_id: expect.stringMatching(servicePattern), created: true },
          state: { state_id: expect.any(Number), created: true },
          task: { task_id: expect.any(Number), created: true },
        },
      ],
    });
    const { service, state, task } = answer.json.services[0];
    const path = `/services/${service.service_id}`;
    expect(await read(server, `${path}?extensions=*`)).toEqual({
      ...{ service_id: service.service_id, contact_key, service_type: 'sales', est_duration: 5 },
      ...{ started: { timestamp: at(0) }, a: 1 },
    });
    expect(await read(server, `${path}/states?extensions=*`)).toEqual([
      {
        ...{ service_id: service.service_id, state_id: state.state_id, state_type: 'queue', b: 2 },
        started: { timestamp: at(1), session_id: 's' },
      },
    ]);
    expect(await read(server, `${path}/tasks?extensions=*`)).toEqual([
      {
        ...{ service_id: service.service_id, task_id: task.task_id, task_type: 'call', c: 3 },
        started: { timestamp: at(2), media_type: 3 },
      },
    ]);
  });

  it('finds what is active, by customer, type and contact key', async () => {
    const service = { customer_id: fresh(), contact_key: fresh(), service_type: 1 };
    const element = { service, state: { state_type: 2 }, task: { task_type: 3 } };
    const made = await one(element);
    const found = await one(element);
    expect(found).toEqual({
      service: { ...made.service, created: false },
      state: { ...made.state, created: false },
      task: { ...made.task, created: false },
    });
    expect(await rowsOf(server, made.service.service_id)).toEqual({
      ...{ services: 1, states: 1, tasks: 1 },
    });
  });

  it('finds what the single calls have made, types compared by their text', async () => {
    const contact_key = fresh();
    const service_id = await startService(server, { contact_key, service_type: 7 });
    const state_id = await startState(server, service_id, { state_type: '8' });
    const task_id = await startTask(server, service_id, { task_type: 9 });
    const found = await one({
      service: { contact_key, service_type: '7' },
      ...{ state: { state_type: 8 }, task: { task_type: '9' } },
    });
    expect(found).toEqual({
      service: { service_id, created: false },
      state: { state_id, created: false },
      task: { task_id, created: false },
    });
  });

  it('makes only what is missing', async () => {
    const service = { contact_key: fresh() };
    const first = await one({ service, state: { state_type: 'a' } });
    expect(first).not.toHaveProperty('task');
    const second = await one({ service, state: { state_type: 'b' }, task: { task_type: 'x' } });
    expect(second.service).toEqual({ ...first.service, created: false });
    expect([second.state.created, second.task.created]).toEqual([true, true]);
    const third = await one({ service, state: { state_type: 'b' }, task: { task_type: 'y' } });
    expect(third.state).toEqual({ ...second.state, created: false });
    expect(third.task.created).toBe(true);
  });

  it('finds nothing that is completed', async () => {
    const element = { service: { contact_key: fresh() }, state: {}, task: {} };
    const made = await one(element);
    const path = `/services/${made.service.service_id}`;
    await succeed(204, server, 'POST', `${path}/tasks/${made.task.task_id}/end`);
    const second = await one(element);
    expect([second.state.created, second.task.created]).toEqual([false, true]);
    await succeed(204, server, 'POST', `${path}/states/${made.state.state_id}/end`);
    const third = await one(element);
    expect([third.service.created, third.state.created]).toEqual([false, true]);
    expect(third.task).toEqual({ ...second.task, created: false });
    await succeed(204, server, 'POST', `${path}/end`);
    const fourth = await one(element);
    expect([fourth.service.created, fourth.state.created, fourth.task.created]).toEqual([
      ...[true, true, true],
    ]);
  });

  it('gives the absolute Location of the first element’s task, else state', async () => {
    const elements = [0, 1].map(() => ({ service: { contact_key: fresh() }, state: {} }));
    const plain = await composite(...elements);
    const [first] = plain.json.services;
    const path = `${server.url}${base}/services/${first.service.service_id}`;
    expect(plain.headers.location).toBe(`${path}/states/${first.state.state_id}`);
    const tasked = await composite({ ...elements[0], task: {} }, elements[1]!);
    const { task } = tasked.json.services[0];
    expect(tasked.headers.location).toBe(`${path}/tasks/${task.task_id}`);
    const foundAgain = await composite({ ...elements[0], task: {} });
    expect(foundAgain.headers.location).toBe(`${path}/tasks/${task.task_id}`);
  });
});

describe('matching', () => {
  it('an absent field matches absence alone', async () => {
    const [customer_id, contact_key] = [fresh(), fresh()];
    const started = new Set<string>();
    const parts = [
      { contact_key },
      { contact_key, service_type: 'x' },
      { customer_id },
      { customer_id, contact_key },
      { customer_id, service_type: 'x' },
      { customer_id, contact_key, service_type: 'x' },
    ];
    for (const service of parts) {
      const made = await one({ service, state: {}, task: {} });
      expect([service, made.service.created]).toEqual([service, true]);
      started.add(made.service.service_id);
    }
    expect(started.size).toBe(parts.length);
    for (const service of parts) {
      const found = await one({ service, state: { state_type: 'x' }, task: { task_type: 'x' } });
      expect([found.service.created, found.state.created, found.task.created]).toEqual([
        ...[false, true, true],
      ]);
    }
  });

  it('of several takes the one that started last, however it was made', async () => {
    const service = { contact_key: fresh(), service_type: 's' };
    const [, last] = [
      await startService(server, { ...service, timestamp: at(1) }),
      await startService(server, { ...service, timestamp: at(3) }),
      await startService(server, { ...service, timestamp: at(2) }),
    ];
    const states = [
      await startState(server, last, { timestamp: at(6) }),
      await startState(server, last, { timestamp: at(5) }),
    ];
    const tasks = [
      await startTask(server, last, { timestamp: at(8) }),
      await startTask(server, last, { timestamp: at(7) }),
    ];
    expect(await one({ service, state: {}, task: {} })).toEqual({
      service: { service_id: last, created: false },
      state: { state_id: states[0], created: false },
      task: { task_id: tasks[0], created: false },
    });
  });

  it('two elements of one call find the same', async () => {
    const element = { service: { contact_key: fresh() }, state: {}, task: {} };
    const [first, second] = (await composite(element, element)).json.services;
    expect(second).toEqual({
      service: { ...first.service, created: false },
      state: { ...first.state, created: false },
      task: { ...first.task, created: false },
    });
  });

  it('keeps the other fields of what is found, and updates its extensions', async () => {
    const contact_key = fresh();
    const more = { est_duration: 5, session_id: 'old', timestamp: at(0), kept: 1, note: 'old' };
    const item = { ...more };
    await one({ service: { contact_key, ...item }, state: item, task: item });
    const change = {
      est_duration: 9,
      session_id: 'new',
      timestamp: at(9),
      note: { n: 1 },
      x: null,
    };
    const { service } = await one({
      ...{ service: { contact_key, ...change }, state: change, task: change },
    });
    const shown = await read(
      server,
      `/services/${service.service_id}?extensions=*&active_states=true&active_tasks=true`,
    );
    for (const found of [shown, shown.active_states[0], shown.active_tasks[0]]) {
      expect(found).toMatchObject({ est_duration: 5, kept: 1, note: { n: 1 }, x: null });
      expect(found.started).toEqual({ timestamp: at(0), session_id: 'old' });
    }
  });

  it('with associate_state_task hangs a new task on the state and finds only those of it', async () => {
    const service = { contact_key: fresh() };
    const free = await one({ service, state: {}, task: {} });
    const path = `/services/${free.service.service_id}/tasks`;
    expect(await read(server, `${path}/${free.task.task_id}`)).not.toHaveProperty('state_id');
    const element = { service, state: {}, task: {}, associate_state_task: true };
    const hung = await one(element);
    expect(hung.task.created).toBe(true);
    expect(await read(server, `${path}/${hung.task.task_id}`)).toMatchObject({
      state_id: free.state.state_id,
    });
    expect((await one({ ...element, associate_state_task: 'TRUE' })).task).toEqual({
      ...{ task_id: hung.task.task_id, created: false },
    });
    const other = await one({ ...element, state: { state_type: 'other' } });
    expect(other.task.created).toBe(true);
    const off = { ...element, associate_state_task: 'False', task: { task_type: 'n' } };
    const loose = await one(off);
    expect(await read(server, `${path}/${loose.task.task_id}`)).not.toHaveProperty('state_id');
  });
});

describe('all or nothing', () => {
  const good = () => ({ service: { contact_key: fresh() }, state: {}, task: {} });

  it.each<[string, string, (element: any) => void]>([
    ['MissingParameter', 'services[1].service', (element) => delete element.service],
    ['MissingParameter', 'services[1].state', (element) => delete element.state],
    ['MissingParameter', 'services[1].service.contact_key', (element) => (element.service = {})],
    ['InvalidParameter', 'services[1].service', (element) => (element.service = [])],
    ['InvalidParameter', 'services[1].state', (element) => (element.state = 'x')],
    ['InvalidParameter', 'services[1].task', (element) => (element.task = 7)],
    [
      'InvalidParameter',
      'services[1].state.session_id',
      (element) => (element.state.session_id = 7),
    ],
    [
      'InvalidParameter',
      'services[1].associate_state_task',
      (element) => (element.associate_state_task = 'yes'),
    ],
    ['InvalidText', 'services', (element) => (element.task.note = { a: ['\0'] })],
  ])('a bad second element leaves nothing of the first: %s %s', async (exception, word, spoil) => {
    const bad = good();
    spoil(bad);
    const before = await snapshot(server);
    const services = [good(), bad, good()];
    const answer = await call(server, 'POST', '/services_composite/start', { services });
    expectRefusal(answer, 400, exception, word);
    expect(await snapshot(server)).toBe(before);
  });

  it.each([
    ['MissingParameter', {}],
    ['MissingParameter', { services: null }],
    ['InvalidParameter', { services: [] }],
    ['InvalidParameter', { services: {} }],
    ['InvalidParameter', { services: 'x' }],
    ['InvalidParameter', { services: ['x'] }],
    ['MissingParameter', { services: [null] }],
    ['InvalidParameter', { services: [[]] }],
    ['InvalidParameter', { services: Array.from({ length: 101 }, good) }],
  ])('answers %s to %j', async (exception, body) => {
    const before = await snapshot(server);
    const answer = await call(server, 'POST', '/services_composite/start', body);
    expectRefusal(answer, 400, exception, 'services');
    expect(await snapshot(server)).toBe(before);
  });

  it('takes a hundred elements', async () => {
    const { services } = (await composite(...Array.from({ length: 100 }, good))).json;
    expect(new Set(services.map((each: any) => each.service.service_id)).size).toBe(100);
  });
});
