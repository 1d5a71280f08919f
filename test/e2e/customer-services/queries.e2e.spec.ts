import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  at,
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
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Queries: lists of services and the four flags
const server = useTestServer();

const idsOf = async (path: string): Promise<string[]> =>
  (await read(server, path)).map((one: any) => one.service_id);

/** Six services of one owner, started an hour apart; of the types a, b, 7, "7", none, a. */
async function six(owner: object): Promise<string[]> {
  const ids: string[] = [];
  for (const [hour, service_type] of ['a', 'b', 7, '7', undefined, 'a'].entries()) {
    const body = { ...owner, service_type, timestamp: at(hour * 3600) };
    ids.push(await startService(server, body));
  }
  // The second and the fifth are completed, each half an hour after its start.
  for (const n of [1, 4]) {
    const end = { timestamp: at(n * 3600 + 1800) };
    await succeed(204, server, 'POST', `/services/${ids[n]}/end`, end);
  }
  return ids;
}

describe.each([
  ['anonymous', (key: string) => `/services/anonymous/${key}`, 'contact_key'],
  ['of a customer', (key: string) => `/customers/${key}/services`, 'customer_id'],
])('lists of services, %s', (_name, pathOf, field) => {
  const key = fresh();
  const path = pathOf(key);
  let ids: string[];
  beforeAll(async () => {
    ids = await six({ [field]: key });
  });
  const numbers = async (query: string, sub = ''): Promise<number[]> =>
    (await idsOf(`${path}${sub}?${query}`)).map((id) => ids.indexOf(id));

  it('are by start time; active and completed part them', async () => {
    expect(await numbers('')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await numbers('', '/active')).toEqual([0, 2, 3, 5]);
    expect(await numbers('', '/completed')).toEqual([1, 4]);
    expect(await numbers('unknown=1&other=x', '/completed/')).toEqual([1, 4]);
  });

  it('are empty when there is nothing', async () => {
    for (const sub of ['', '/active', '/completed']) {
      expect(await read(server, pathOf(fresh()) + sub)).toEqual([]);
    }
  });

  it('filter by service_types, comma-separated or repeated, by their text', async () => {
    expect(await numbers('service_types=a')).toEqual([0, 5]);
    expect(await numbers('service_types=b,7')).toEqual([1, 2, 3]);
    expect(await numbers('service_types=b&service_types=7')).toEqual([1, 2, 3]);
    expect(await numbers('service_types=,b,,&service_types=')).toEqual([1]);
    expect(await numbers('service_types=,')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await numbers('service_types=A,none')).toEqual([]);
    expect(await numbers('service_types=a,b', '/active')).toEqual([0, 5]);
  });

  it('filter by start, from inclusive and to exclusive', async () => {
    expect(await numbers(`started_from=${at(3600)}`)).toEqual([1, 2, 3, 4, 5]);
    expect(await numbers(`started_from=${at(3600.001)}`)).toEqual([2, 3, 4, 5]);
    expect(await numbers(`started_to=${at(3600)}`)).toEqual([0]);
    expect(await numbers(`started_to=${at(3600.001)}`)).toEqual([0, 1]);
    const range = `started_from=${at(7200)}&started_to=${at(14_400)}`;
    expect(await numbers(range)).toEqual([2, 3]);
    expect(await numbers(`started_from=${at(9e5)}`)).toEqual([]);
  });

  it('filter by completion, from inclusive and to exclusive; the active have none', async () => {
    expect(await numbers(`completed_from=${at(5400)}`)).toEqual([1, 4]);
    expect(await numbers(`completed_from=${at(5400.001)}`)).toEqual([4]);
    expect(await numbers(`completed_to=${at(16_200)}`)).toEqual([1]);
    expect(await numbers(`completed_to=${at(16_200.001)}`)).toEqual([1, 4]);
    expect(await numbers(`completed_to=${at(1e9)}`, '/active')).toEqual([]);
  });

  it('take times of any offset; a blank in it is a plus', async () => {
    expect(await numbers('started_from=2026-01-15T05:00:00%2B01:00')).toEqual([4, 5]);
    expect(await numbers('started_from=2026-01-15T05:00:00+01:00')).toEqual([4, 5]);
    expect(await numbers('started_from=2026-01-15T05:00:00+01')).toEqual([4, 5]);
    expect(await numbers('started_to=2026-01-14T22:00:00-0300')).toEqual([0]);
  });

  it('give pages', async () => {
    expect(await numbers('size=2')).toEqual([0, 1]);
    expect(await numbers('size=2&index=3')).toEqual([3, 4]);
    expect(await numbers('size=1000&index=5')).toEqual([5]);
    expect(await numbers('index=6')).toEqual([]);
    expect(await numbers('size=1&index=1', '/completed')).toEqual([4]);
    expect(await numbers('size=1&index=1&service_types=a')).toEqual([5]);
  });

  it.each([
    ['size', ['0', '1001', '-1', '1.5', 'x', 'NaN', '1e2', '99999999999999999999']],
    ['index', ['-1', '1.5', 'x', '99999999999999999999']],
    ...['started_from', 'started_to', 'completed_from', 'completed_to'].map(
      (name): [string, string[]] => [name, ['x', '2026-01-15', '7', '2026-02-30T00:00:00Z']],
    ),
    ...['active_states', 'completed_states', 'active_tasks', 'completed_tasks'].map(
      (name): [string, string[]] => [name, ['yes', '1', 'truee']],
    ),
  ])('refuse a %s out of range or given twice', async (name, values) => {
    for (const sub of ['', '/active', '/completed']) {
      for (const value of [...values, `1&${name}=1`]) {
        const answer = await call(server, 'GET', `${path}${sub}?${name}=${value}`);
        expectRefusal(answer, 400, 'InvalidParameter', name);
      }
      const answer = await call(server, 'GET', `${path}${sub}?${name}=%00`);
      expect([answer.status, answer.json.exception]).toEqual([
        ...[400, expect.stringMatching(/^Invalid(Text|Parameter)$/)],
      ]);
    }
  });
});

describe('lists of services', () => {
  it('are by start, then by id', async () => {
    const [customer_id, timestamp] = [fresh(), at(0)];
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push(await startService(server, { customer_id, timestamp }));
    const path = `/customers/${customer_id}/services`;
    expect(await idsOf(path)).toEqual(ids.sort());
    const paged: string[] = [];
    for (let n = 0; n < 12; n += 5) paged.push(...(await idsOf(`${path}?size=5&index=${n}`)));
    expect(paged).toEqual(ids);
  });

  it('have a thousand at most', async () => {
    const customer_id = fresh();
    for (let hundred = 0; hundred < 11; hundred++) {
      const services = Array.from({ length: hundred < 10 ? 100 : 5 }, (_, n) => ({
        service: { customer_id, service_type: hundred * 100 + n, timestamp: at(hundred * 100 + n) },
        state: {},
      }));
      await succeed(200, server, 'POST', '/services_composite/start', { services });
    }
    const path = `/customers/${customer_id}/services`;
    const all = await read(server, path);
    expect(all.map((one: any) => one.service_type)).toEqual([...Array(1000).keys()]);
    expect(await read(server, `${path}?index=999`)).toHaveLength(6);
    expect(await read(server, `${path}?size=1000&index=5&active_states=true`)).toHaveLength(1000);
  });

  it('filter by types of any characters, as they are', async () => {
    const customer_id = fresh();
    const types = ['{a}', '"', "'", '\\', '{"b\\"}', '%', '_', 'NULL', 'null', 'é 🙂', ' x '];
    for (const service_type of types) await startService(server, { customer_id, service_type });
    for (const type of types) {
      const path = `/customers/${customer_id}/services?service_types=${encodeURIComponent(type)}`;
      const found = await read(server, path);
      expect(found.map((one: any) => one.service_type)).toEqual([type]);
    }
    const path = `/customers/${customer_id}/services?index=2147483647`;
    expect(await read(server, path)).toEqual([]);
  });

  it('show an anonymous contact only what has no customer', async () => {
    const contact_key = fresh();
    const anonymous = await startService(server, { contact_key });
    const known = await startService(server, { contact_key, customer_id: fresh() });
    expect(await idsOf(`/services/anonymous/${contact_key}`)).toEqual([anonymous]);
    expect(await read(server, `/services/${known}`)).toMatchObject({ contact_key });
  });

  it.each(['active', 'completed', 'é 🙂', 'a/b', '%', '__proto__', "'", 'x'.repeat(255)])(
    'take the contact %j',
    async (contact_key) => {
      const id = await startService(server, { contact_key });
      const path = `/services/anonymous/${encodeURIComponent(contact_key)}`;
      expect(await idsOf(path)).toEqual([id]);
      expect(await idsOf(`${path}/active`)).toEqual([id]);
      expect(await idsOf(`${path}/completed`)).toEqual([]);
    },
  );
});

describe('the flags of a service', () => {
  it('bring the lists, whose items have no service_id, and states no tasks', async () => {
    const customer_id = fresh();
    const id = await startService(server, { customer_id, timestamp: at(0) });
    const open = await startState(server, id, { timestamp: at(1), state_type: 'o' });
    const shut = await startState(server, id, { timestamp: at(1) });
    const loose = await startTask(server, id, { timestamp: at(3) });
    const hung = await startTask(server, id, { timestamp: at(2), state_id: open });
    const done = await startTask(server, id, { timestamp: at(2), state_id: shut });
    const end = { timestamp: at(5), disposition: 1 };
    await succeed(204, server, 'POST', `/services/${id}/states/${shut}/end`, end);
    await succeed(204, server, 'POST', `/services/${id}/tasks/${done}/end`, end);
    const closed = { completed: { timestamp: at(5) }, disposition: 1 };
    const whole = {
      ...{ service_id: id, customer_id, started: { timestamp: at(0) } },
      active_states: [{ state_id: open, state_type: 'o', started: { timestamp: at(1) } }],
      completed_states: [
        { state_id: shut, started: { timestamp: at(1) }, ...closed, duration: 4000 },
      ],
      active_tasks: [
        { task_id: hung, state_id: open, started: { timestamp: at(2) } },
        { task_id: loose, started: { timestamp: at(3) } },
      ],
      completed_tasks: [
        {
          ...{ task_id: done, state_id: shut, started: { timestamp: at(2) } },
          ...{ ...closed, duration: 3000 },
        },
      ],
    };
    expect(await read(server, `/services/${id}?${everything}`)).toEqual(whole);
    expect(await read(server, `/customers/${customer_id}/services?${everything}`)).toEqual([whole]);
    const some = await read(server, `/services/${id}?active_tasks=TRUE&active_states=False`);
    const { service_id, started, active_tasks } = whole;
    expect(some).toEqual({ service_id, customer_id, started, active_tasks });
  });

  it('give empty lists when they find nothing', async () => {
    const contact_key = fresh();
    const id = await startService(server, { contact_key });
    const none = { active_states: [], completed_states: [], active_tasks: [], completed_tasks: [] };
    expect(await read(server, `/services/${id}?${everything}`)).toMatchObject(none);
    expect(await read(server, `/services/anonymous/${contact_key}/active?${everything}`)).toEqual([
      expect.objectContaining(none),
    ]);
  });

  it.each([
    ['/services/{id}', ['active_states', 'completed_states', 'active_tasks', 'completed_tasks']],
    ['/services/{id}/states', ['active_tasks', 'completed_tasks', 'size', 'index', 'started_to']],
    ['/services/{id}/states/active', ['active_tasks', 'completed_from']],
    ['/services/{id}/states/{sid}', ['active_tasks', 'completed_tasks']],
    ['/services/{id}/tasks', ['state_id', 'size', 'index', 'started_from', 'completed_to']],
    ['/services/{id}/tasks/completed', ['state_id', 'size']],
  ])('and parameters of %s are checked', async (path, names) => {
    const id = await startService(server);
    const state = await startState(server, id);
    const target = path.replace('{id}', id).replace('{sid}', String(state));
    for (const name of names) {
      for (const value of ['x', '1.5', `1&${name}=1`]) {
        const answer = await call(server, 'GET', `${target}?${name}=${value}`);
        expectRefusal(answer, 400, 'InvalidParameter', name);
      }
    }
  });
});

describe('lists of states and tasks (decisions)', () => {
  it.each(['states', 'tasks'])('of %s take ranges and pages', async (kind) => {
    const id = await startService(server);
    const start = kind === 'states' ? startState : startTask;
    const items: number[] = [];
    for (let n = 0; n < 5; n++) items.push(await start(server, id, { timestamp: at(n * 10) }));
    for (const n of [1, 3]) {
      const end = { timestamp: at(n * 10 + 5) };
      await succeed(204, server, 'POST', `/services/${id}/${kind}/${items[n]}/end`, end);
    }
    const numbers = async (query: string, sub = ''): Promise<number[]> =>
      (await read(server, `/services/${id}/${kind}${sub}?${query}`)).map((one: any) =>
        items.indexOf(one[`${kind.slice(0, -1)}_id`]),
      );
    expect(await numbers(`started_from=${at(10)}&started_to=${at(30)}`)).toEqual([1, 2]);
    expect(await numbers(`completed_from=${at(15)}&completed_to=${at(35)}`)).toEqual([1]);
    expect(await numbers(`completed_from=${at(15)}`, '/completed')).toEqual([1, 3]);
    expect(await numbers('size=2&index=1')).toEqual([1, 2]);
    expect(await numbers('size=2&index=1', '/active')).toEqual([2, 4]);
  });
});
