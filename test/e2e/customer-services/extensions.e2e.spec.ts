import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  at,
  call,
  expectRefusal,
  fresh,
  read,
  send,
  snapshot,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Fields: extensions; Queries: which are returned
const server = useTestServer();

let service: string;
let path: string;
beforeEach(async () => {
  service = await startService(server);
  path = `/services/${service}`;
});

const values = {
  ...{ text: 'é 🙂 \\ " \n', empty: '', number: 7, fraction: -0.25, big: 9007199254740991 },
  ...{ tiny: 5e-324, huge: 1.7976931348623157e308, yes: true, no: false, nothing: null },
  deep: JSON.parse(`${'['.repeat(60)}1${']'.repeat(60)}`),
  ...{ list: [1, '1', null, [true, {}], []], map: { a: { b: [null, 1.5] }, '': 0, session_id: 1 } },
};

describe('extensions in a body', () => {
  it('are all top-level keys that are not reserved, and keep their JSON types', async () => {
    const id = await startService(server, { contact_key: fresh(), ...values });
    const shown = await read(server, `/services/${id}?extensions=*`);
    expect(shown).toMatchObject(values);
    expect(Object.keys(shown).sort()).toEqual(
      [...Object.keys(values), 'service_id', 'contact_key', 'started'].sort(),
    );
  });

  it('come only when asked for', async () => {
    const id = await startService(server, { contact_key: fresh(), a: 1, b: 2, c: 3 });
    const asked = async (query: string): Promise<string[]> =>
      Object.keys(await read(server, `/services/${id}?${query}`)).filter((key) => key.length === 1);
    expect(await asked('')).toEqual([]);
    expect(await asked('extensions=')).toEqual([]);
    expect(await asked('extensions=b')).toEqual(['b']);
    expect((await asked('extensions=a,,c,x')).sort()).toEqual(['a', 'c']);
    expect((await asked('extensions=a&extensions=b')).sort()).toEqual(['a', 'b']);
    expect(await asked('extensions=A')).toEqual([]);
    expect((await asked('extensions=*')).sort()).toEqual(['a', 'b', 'c']);
    expect(await asked('extensions=a.*')).toEqual([]);
  });

  it('are replaced whole when sent again, by whatever call', async () => {
    const shown = async () => read(server, `${path}?extensions=*`);
    await succeed(204, server, 'POST', `/customers/c${path}`, { note: { a: 1, b: 2 }, kept: 1 });
    await succeed(204, server, 'POST', `/customers/c${path}`, { note: { a: 3 } });
    expect(await shown()).toMatchObject({ note: { a: 3 }, kept: 1 });
    expect((await shown()).note).toEqual({ a: 3 });
    await succeed(204, server, 'POST', `${path}/end`, { note: null });
    expect(await shown()).toMatchObject({ note: null, kept: 1 });
    await succeed(204, server, 'POST', `${path}/end`, {});
    expect(await shown()).toMatchObject({ note: null, kept: 1 });
  });

  it('may have names of 255 characters, and not of none or more', async () => {
    const name = '🙂'.repeat(127) + 'x';
    const id = await startService(server, { contact_key: fresh(), [name]: 1 });
    expect(await read(server, `/services/${id}?extensions=*`)).toHaveProperty([name], 1);
    for (const bad of ['', `${name}x`]) {
      const before = await snapshot(server);
      for (const target of ['/services/start', `${path}/states/start`, `${path}/end`]) {
        const body = { contact_key: fresh(), [bad]: 1 };
        expectRefusal(await call(server, 'POST', target, body), 400, 'InvalidParameter');
      }
      expect(await snapshot(server)).toBe(before);
    }
  });

  it('may have any name, those of JavaScript too', async () => {
    const names = [
      ...['id', 'service', 'services', 'state', 'task', 'extensions', '_id', 'gms_user', 'Ttl'],
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', 'a b', 'Ünï🙂'],
    ];
    const members = names.map((name, n) => `${JSON.stringify(name)}:{"polluted":${n}}`);
    const body = `{"contact_key":"k",${members.join(',')}}`;
    const started = await send(server, 'POST', '/services/start', body);
    expect(started.status).toBe(201);
    const target = `/services/${started.json.service_id}`;
    const whole = await read(server, `${target}?extensions=*`);
    expect(Object.keys(whole).sort()).toEqual(
      [...names, 'service_id', 'contact_key', 'started'].sort(),
    );
    for (const [n, name] of names.entries()) {
      const alone = await read(server, `${target}?extensions=${encodeURIComponent(name)}`);
      const found = Object.entries(alone).filter(([key]) => names.includes(key));
      expect(found).toEqual([[name, { polluted: n }]]);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const plain = await startService(server);
    expect(Object.keys(await read(server, `/services/${plain}?extensions=*`))).toHaveLength(3);
  });

  it('may be huge, up to the limit of text, beyond which it is 413', async () => {
    const text = 'é'.repeat(1000);
    const big = Array.from({ length: 500 }, (_, n) => `${n}${text}`);
    const id = await startService(server, { contact_key: fresh(), big });
    expect((await read(server, `/services/${id}?extensions=big`)).big).toEqual(big);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`name ${n}`, n]));
    const other = await startService(server, { contact_key: fresh(), ...many });
    expect(await read(server, `/services/${other}?extensions=*`)).toMatchObject(many);
    const before = await snapshot(server);
    const over = { contact_key: fresh(), big: 'x'.repeat(1024 * 1024) };
    const targets = ['/services/start', `/services/${id}/end`, `/services/${id}/states/start`];
    for (const target of targets) {
      expectRefusal(await call(server, 'POST', target, over), 413, 'PayloadTooLarge');
    }
    const put = await call(server, 'PUT', `/services/${id}/extensions/big`, over.big);
    expectRefusal(put, 413, 'PayloadTooLarge');
    expect(await snapshot(server)).toBe(before);
  });
});

describe('extensions of the levels', () => {
  it.each<[string, string[]]>([
    ['n', ['service n', 'state n', 'task n']],
    ['State.n', ['state n']],
    ['Task.n,Service.n', ['service n', 'task n']],
    ['Task.n&extensions=State.m', ['state m', 'task n']],
    ['Service.*', ['service m', 'service n']],
    ['State.*', ['state State.x', 'state m', 'state n']],
    ['Task.*,State.m', ['state m', 'task m', 'task n']],
    ['State.x', ['state State.x']],
    ['state.n,TASK.n', []],
    [
      '*',
      [...['service m', 'service n', 'state State.x', 'state m', 'state n', 'task m', 'task n']],
    ],
  ])('extensions=%s', async (query, wanted) => {
    const id = await startService(server, { contact_key: fresh(), n: 1, m: 2 });
    const state = await startState(server, id, { n: 1, m: 2, 'State.x': 3 });
    await startTask(server, id, { n: 1, m: 2, state_id: state });
    const kinds = 'active_states=true&active_tasks=true';
    const shown = await read(server, `/services/${id}?${kinds}&extensions=${query}`);
    const of = (level: string, item: object): string[] =>
      Object.keys(item)
        .filter((key) => ['n', 'm', 'State.x'].includes(key))
        .map((key) => `${level} ${key}`);
    const { active_states, active_tasks } = shown;
    const found = [
      of('service', shown),
      of('state', active_states[0]),
      of('task', active_tasks[0]),
    ];
    expect(found.flat().sort()).toEqual([...wanted].sort());
  });

  it('are asked of states and tasks alike', async () => {
    const state = await startState(server, service, { n: 1, m: 2 });
    const task = await startTask(server, service, { n: 3, state_id: state });
    const one = await read(server, `${path}/states/${state}?extensions=n&active_tasks=true`);
    expect(one).toMatchObject({ n: 1, active_tasks: [{ n: 3 }] });
    expect(one).not.toHaveProperty('m');
    const listed = `${path}/states/active?extensions=Task.n&active_tasks=true`;
    const [other] = await read(server, listed);
    expect(other.active_tasks[0]).toHaveProperty('n', 3);
    expect(other).not.toHaveProperty('n');
    expect(await read(server, `${path}/tasks?extensions=Task.*`)).toMatchObject([{ n: 3 }]);
    expect(await read(server, `${path}/tasks/${task}?extensions=n`)).toHaveProperty('n', 3);
    expect(await read(server, `${path}/tasks/${task}`)).not.toHaveProperty('n');
    const lists = await read(server, `${path}/tasks/active?extensions=State.n`);
    expect(lists[0]).not.toHaveProperty('n');
  });

  it('of lists of services as well', async () => {
    const customer_id = fresh();
    const id = await startService(server, { customer_id, n: [1] });
    await startState(server, id, { n: [2] });
    const lists = `/customers/${customer_id}/services/active?active_states=true&extensions=n`;
    expect(await read(server, lists)).toMatchObject([{ n: [1], active_states: [{ n: [2] }] }]);
  });
});

describe.each(['service', 'state', 'task'])('PUT …/extensions/{name} of a %s', (kind) => {
  let item: string;
  beforeEach(async () => {
    const start = { contact_key: fresh(), timestamp: at(0), note: { a: 1, b: { c: 2 } } };
    if (kind === 'service') item = `/services/${await startService(server, start)}`;
    if (kind === 'state') item = `${path}/states/${await startState(server, service, start)}`;
    if (kind === 'task') item = `${path}/tasks/${await startTask(server, service, start)}`;
  });
  const put = async (name: string, body: string): Promise<void> => {
    const target = `${item}/extensions/${encodeURIComponent(name)}`;
    const answer = await send(server, 'PUT', target, body);
    expect([answer.status, answer.text]).toEqual([200, '']);
  };
  const shown = (): Promise<any> => read(server, `${item}?extensions=*`);

  it('replaces the extension by any JSON value, and answers nothing', async () => {
    const before = await shown();
    for (const value of [...Object.values(values), {}, values]) {
      await put('note', JSON.stringify(value));
      expect(await shown()).toEqual({ ...before, note: value });
    }
    await put('other', ' [1] ');
    expect(await shown()).toEqual({ ...before, note: values, other: [1] });
  });

  it.each(['a b', 'é 🙂', 'a/b', 'a.b', '%', '__proto__', 'constructor', 'merge', 'x'.repeat(255)])(
    'takes the name %j',
    async (name) => {
      await put(name, '"v"');
      expect(Object.entries(await shown())).toContainEqual([name, 'v']);
      await put(name, '{"a":1}');
      const merge = `${item}/extensions/${encodeURIComponent(name)}/merge`;
      await succeed(200, server, 'PUT', merge, { b: 2 });
      expect(Object.entries(await shown())).toContainEqual([name, { a: 1, b: 2 }]);
    },
  );

  it('merges a map into a map, shallowly', async () => {
    const merge = (body: object, name = 'note') =>
      succeed(200, server, 'PUT', `${item}/extensions/${name}/merge`, body);
    expect((await merge({ b: { d: 3 }, e: null })).text).toBe('');
    expect((await shown()).note).toEqual({ a: 1, b: { d: 3 }, e: null });
    await merge({});
    expect((await shown()).note).toEqual({ a: 1, b: { d: 3 }, e: null });
    await merge({ x: [] }, 'absent');
    expect((await shown()).absent).toEqual({ x: [] });
    await merge({}, 'hollow');
    expect((await shown()).hollow).toEqual({});
    const odd = '{"__proto__":{"polluted":1},"constructor":2}';
    const answer = await send(server, 'PUT', `${item}/extensions/hollow/merge`, odd);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(Object.entries((await shown()).hollow).sort())).toBe(
      '[["__proto__",{"polluted":1}],["constructor",2]]',
    );
  });

  it('merges nothing into what is no map, and nothing but maps', async () => {
    for (const value of ['null', '7', '"x"', '[]', 'true']) {
      await put('note', value);
      const before = await snapshot(server);
      const answer = await call(server, 'PUT', `${item}/extensions/note/merge`, { a: 1 });
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidParameter']);
      const target = `${item}/extensions/map/merge`;
      expectRefusal(await send(server, 'PUT', target, value), 400, 'InvalidBody');
      expect(await snapshot(server)).toBe(before);
    }
  });
});
