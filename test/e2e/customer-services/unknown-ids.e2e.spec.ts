import { describe, expect, it } from '@jest/globals';
import {
  call,
  expectRefusal,
  snapshot,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Addresses and bodies: unknown ids are 404
const server = useTestServer();

const unknown = '123-00000000-0000-4000-8000-000000000000';

type Call = [method: string, path: string, body?: object];

describe('a service that is not there is ServiceNotFound', () => {
  const calls: Call[] = [
    ['GET', ''],
    ['DELETE', ''],
    ['PUT', '', { ttl: 60 }],
    ['POST', '/end', {}],
    ['PUT', '/extensions/note', { a: 1 }],
    ['PUT', '/extensions/note/merge', { a: 1 }],
    ['GET', '/states'],
    ['GET', '/states/active'],
    ['GET', '/states/completed'],
    ['GET', '/states/1'],
    ['POST', '/states/start', {}],
    ['POST', '/states/1/end', {}],
    ['POST', '/states/transition', { from: { state_id: 1 } }],
    ['PUT', '/states/1/extensions/note', { a: 1 }],
    ['PUT', '/states/1/extensions/note/merge', { a: 1 }],
    ['GET', '/tasks'],
    ['GET', '/tasks/active'],
    ['GET', '/tasks/completed'],
    ['GET', '/tasks/1'],
    ['POST', '/tasks/start', {}],
    ['POST', '/tasks/1/end', {}],
    ['PUT', '/tasks/1/extensions/note', { a: 1 }],
    ['PUT', '/tasks/1/extensions/note/merge', { a: 1 }],
  ];

  it.each(calls)('%s /services/{id}%s', async (...[method, path, body]: Call) => {
    const real = await startService(server);
    const uuid = real.slice(4);
    const other = real.startsWith('100') ? `101-${uuid}` : `100-${uuid}`;
    const forms = [
      uuid,
      `099-${uuid}`,
      `400-${uuid}`,
      `${real}0`,
      `${real}%00`,
      'x',
      '1',
      '%F0%9F%99%82',
    ];
    for (const id of [unknown, other, ...forms, `${real.slice(0, 3)}_${uuid}`]) {
      const answer = await call(server, method, `/services/${id}${path}`, body);
      expectRefusal(answer, 404, 'ServiceNotFound');
    }
  });

  it('POST /customers/{customer_id}/services/{id}', async () => {
    for (const id of [unknown, 'x', '%00']) {
      const answer = await call(server, 'POST', `/customers/c/services/${id}`, {});
      expectRefusal(answer, 404, 'ServiceNotFound');
    }
  });
});

/** Ids that no state and no task ever has; some are numbers that PostgreSQL cannot hold. */
const impossible = [
  '0',
  '-1',
  '1.5',
  'x',
  '1e3',
  '0x1',
  '%00',
  '%20',
  'NaN',
  '9'.repeat(15),
].concat(['9223372036854775807', '9223372036854775808', '9'.repeat(400), '%F0%9F%99%82']);

/** Ids that begin or end as one that there is. */
const spoilt = (id: number): string[] => [`${id}x`, `x${id}`, `${id}.5`, `-${id}`, `${id}%20${id}`];

describe('a state that is not there is StateNotFound', () => {
  const calls: Call[] = [
    ['GET', ''],
    ['POST', '/end', {}],
    ['PUT', '/extensions/note', { a: 1 }],
    ['PUT', '/extensions/note/merge', { a: 1 }],
  ];

  it.each(calls)('%s /services/{id}/states/{sid}%s', async (...[method, path, body]: Call) => {
    const service = await startService(server);
    const own = await startState(server, service);
    const elsewhere = await startState(server, await startService(server));
    const before = await snapshot(server);
    for (const id of [...impossible, ...spoilt(own), String(elsewhere), String(own + 1_000_000)]) {
      const answer = await call(server, method, `/services/${service}/states/${id}${path}`, body);
      expectRefusal(answer, 404, 'StateNotFound');
    }
    expect(await snapshot(server)).toBe(before);
  });

  it('nor does a transition from it or a task on it begin', async () => {
    const service = await startService(server);
    const elsewhere = await startState(server, await startService(server));
    const before = await snapshot(server);
    for (const state_id of [0, 999_999_999, '123456789012', Number.MAX_SAFE_INTEGER, elsewhere]) {
      const transition = { from: { state_id }, to: { state_type: 'x' } };
      const from = await call(server, 'POST', `/services/${service}/states/transition`, transition);
      expectRefusal(from, 404, 'StateNotFound');
      const on = await call(server, 'POST', `/services/${service}/tasks/start`, { state_id });
      expectRefusal(on, 404, 'StateNotFound');
    }
    expect(await snapshot(server)).toBe(before);
  });
});

describe('a task that is not there is TaskNotFound', () => {
  const calls: Call[] = [
    ['GET', ''],
    ['POST', '/end', {}],
    ['PUT', '/extensions/note', { a: 1 }],
    ['PUT', '/extensions/note/merge', { a: 1 }],
  ];

  it.each(calls)('%s /services/{id}/tasks/{tid}%s', async (...[method, path, body]: Call) => {
    const service = await startService(server);
    const own = await startTask(server, service);
    const elsewhere = await startTask(server, await startService(server));
    const before = await snapshot(server);
    for (const id of [...impossible, ...spoilt(own), String(elsewhere), String(own + 1_000_000)]) {
      const answer = await call(server, method, `/services/${service}/tasks/${id}${path}`, body);
      expectRefusal(answer, 404, 'TaskNotFound');
    }
    expect(await snapshot(server)).toBe(before);
  });
});

describe('the body is looked at before the ids (decisions, Order)', () => {
  it.each<Call>([
    ['PUT', `/services/${unknown}`, { ttl: 0 }],
    ['POST', `/services/${unknown}/end`, { session_id: 1 }],
    ['POST', `/customers/c/services/${unknown}`, { session_id: 1 }],
    ['POST', `/services/${unknown}/states/start`, { session_id: 1 }],
    ['POST', `/services/${unknown}/states/transition`, { from: { state_id: 1 }, session_id: 1 }],
    ['POST', `/services/${unknown}/states/1/end`, { session_id: 1 }],
    ['POST', `/services/${unknown}/tasks/start`, { session_id: 1 }],
    ['POST', `/services/${unknown}/tasks/1/end`, { session_id: 1 }],
  ])('%s %s', async (...[method, path, body]: Call) => {
    const answer = await call(server, method, path, body);
    expectRefusal(answer, 400, 'InvalidParameter', 'ttl' in body! ? 'ttl' : 'session_id');
  });
});
