import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  at,
  base,
  call,
  expectRefusal,
  send,
  snapshot,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: malformed is 400 that names the field; nothing is half-written
const server = useTestServer();

const long = (length: number): string => 'x'.repeat(length);
const text = ['a\0b', '\ud800', 'a\udc00b'];
const scalar = [true, {}, [1], long(256), ...text];
const whole = [1.5, 'x', '1.5', '', true, {}, 2 ** 53, '9007199254740992'];
const seconds = [0, -1, '-1', 2147483648, '2147483648', ...whole];
const time = ['', 'yesterday', '2026-01-15T10:00:00', '2026-02-30T00:00:00Z', 7, true, {}, 'a\0'];

type Field = [name: string, faults: readonly unknown[]];
const common: Field[] = [
  ['session_id', [7, true, {}, [], long(33), ...text]],
  ['interaction_id', [7, true, {}, [], long(51), ...text]],
  ['application_type', scalar],
  ['application_id', whole],
  ['resource_type', scalar],
  ['resource_id', whole],
  ['media_type', scalar],
  ['timestamp', time],
];
const estimate: Field = ['est_duration', [-1, '-1', 2147483648, ...whole]];
const identity = ['', long(256), true, {}, [], ...text];
const numbered = [-1, '-1', ...whole];
const lives: Field[] = [
  ['ttl', seconds],
  ['expiration_time', [...time, at(0), '1970-01-01T00:00:00Z']],
  ['auto_complete_after', seconds],
];
const service: Field[] = [
  ...common,
  ['contact_key', identity],
  ['service_type', scalar],
  estimate,
  ...lives,
];
const state: Field[] = [
  ...common,
  ['state_type', scalar],
  estimate,
  ['previous_state_id', numbered],
];
const task: Field[] = [...common, ['task_type', scalar], estimate];
const disposition: Field[] = [
  ['disposition', scalar],
  ['disposition_desc', [7, true, {}, [], long(65), ...text]],
];
const end: Field[] = [...common, ...disposition];
const within = (prefix: string, fields: Field[]): Field[] =>
  fields.map(([name, faults]) => [`${prefix}.${name}`, faults]);

interface Route {
  readonly path: string;
  /** What the route accepts, in which one field is spoilt. */
  readonly good: () => object;
  readonly method?: 'PUT';
}

let id: string;
let active: number;
let open: number;
beforeAll(async () => {
  id = await startService(server, { contact_key: 'k', timestamp: at(0), note: 1 });
  active = await startState(server, id, { timestamp: at(0) });
  open = await startTask(server, id, { timestamp: at(0) });
});

const composite: Route = {
  path: '/services_composite/start',
  good: () => {
    const element = () => ({ service: { contact_key: 'other' }, state: {}, task: {} });
    return { services: [element(), element()] };
  },
};
const start: Route = { path: '/services/start', good: () => ({ contact_key: 'other' }) };
const transition: Route = {
  path: '/services/{id}/states/transition',
  good: () => ({ from: { state_id: active }, to: {} }),
};
const starting = (kind: string): Route => ({
  path: `/services/{id}/${kind}/start`,
  good: () => ({ timestamp: at(1) }),
});
const ending = (kind: string): Route => ({ path: `/services/{id}${kind}/end`, good: () => ({}) });
const life: Route = { path: '/services/{id}', method: 'PUT', good: () => ({}) };

const routes: [Route, Field[]][] = [
  [start, [...service, ['customer_id', identity]]],
  [{ path: '/customers/c/services/{id}', good: () => ({ note: 2 }) }, service],
  [life, lives.slice(0, 2)],
  [ending(''), end],
  [starting('states'), state],
  [ending('/states/{sid}'), end],
  [starting('tasks'), [...task, ['state_id', numbered]]],
  [ending('/tasks/{tid}'), end],
  [
    transition,
    [
      ...common,
      ['from', ['x', 7, true, []]],
      ['to', ['x', 7, true, []]],
      ...within('from', [['state_id', numbered], ...disposition]),
      ...within('to', [['state_type', scalar], estimate]),
    ],
  ],
  [
    composite,
    [
      ...within('services[1].service', [...service, ['customer_id', identity]]),
      ...within('services[1].state', state),
      ...within('services[1].task', task),
      ['services[0].service', ['x', 7, true, []]],
      ['services[0].state', ['x', 7, true, []]],
      ['services[0].task', ['x', 7, true, []]],
      ['services[0].associate_state_task', ['yes', 1, {}, [], 'truee']],
    ],
  ],
];

const pathOf = ({ path }: Route): string =>
  path.replace('{id}', id).replace('{sid}', String(active)).replace('{tid}', String(open));

/** Sets the field that the path names, as `services[1].service.ttl`. */
function spoil(body: any, field: string, value: unknown): any {
  const steps = field.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop()!;
  const holder = steps.reduce((found, step) => found[step], body);
  holder[last] = value;
  return body;
}

const attempt = (route: Route, body: unknown) =>
  call(server, route.method ?? 'POST', pathOf(route), body);

/** Text that is none is refused before the body's form is known: by the name at its top. */
const outermost = (field: string): string => field.split(/[.[]/)[0]!;

const hasBadText = (value: unknown): boolean =>
  typeof value === 'string' && (value.includes('\0') || !value.isWellFormed());

/** After each test of the describe in which it is called everything stored is as before. */
function keepsEverything(): void {
  let untouched: string;
  beforeAll(async () => {
    untouched = await snapshot(server);
  });
  afterEach(async () => {
    const before = untouched;
    untouched = await snapshot(server);
    expect(untouched).toBe(before);
  });
}

describe.each(routes)('$path refuses', (route, fields) => {
  keepsEverything();

  it.each(fields)('a bad %s, and changes nothing', async (field, faults) => {
    for (const fault of faults) {
      const answer = await attempt(route, spoil(route.good(), field, fault));
      const [exception, word] = hasBadText(fault)
        ? ['InvalidText', outermost(field)]
        : ['InvalidParameter', field];
      expect([fault, answer.status, answer.json]).toEqual([
        ...[fault, 400, { exception, message: expect.stringContaining(word) }],
      ]);
    }
  });

  it('bodies that are no JSON, no object, or of another type, and changes nothing', async () => {
    const method = route.method ?? 'POST';
    const path = pathOf(route);
    for (const body of ['[]', '[{}]', '7', 'null', '"x"', 'true']) {
      expectRefusal(await send(server, method, path, body), 400, 'InvalidBody');
    }
    for (const body of ['{', '{"a":}', "{'a':1}", '{} {}', '{"a":"\n"}', 'undefined', '{"a":01}']) {
      const answer = await send(server, method, path, body);
      expectRefusal(answer, 400, 'InvalidBody', 'Could not read JSON');
    }
    const broken = await send(server, method, path, Buffer.from('{"a":"\xff"}', 'latin1'));
    expectRefusal(broken, 400, 'InvalidBody');
    const good = JSON.stringify(route.good());
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', '']) {
      const answer = await send(server, method, path, good, type);
      expectRefusal(answer, 415, 'UnsupportedMediaType');
    }
    const untyped = await server.request(method, base + path, { body: good });
    expectRefusal(untyped, 415, 'UnsupportedMediaType');
  });
});

describe.each(routes.filter(([route]) => route !== life))('$path refuses', (route) => {
  keepsEverything();

  it('text that is none in names and values of extensions, and changes nothing', async () => {
    const holders = ['services[1].service', 'services[0].state', 'services[1].task'];
    const prefixes = route === composite ? holders.map((holder) => `${holder}.`) : [''];
    for (const prefix of prefixes) {
      for (const value of ['\0', { a: ['\0'] }, { '\0': 1 }, ['\ud800'], { '\udc00': 1 }]) {
        const answer = await attempt(route, spoil(route.good(), `${prefix}note`, value));
        expectRefusal(answer, 400, 'InvalidText', outermost(`${prefix}note`));
      }
      const named = await attempt(route, spoil(route.good(), `${prefix}a\0`, 1));
      expectRefusal(named, 400, 'InvalidText');
    }
  });
});

describe('POST /services/start refuses', () => {
  keepsEverything();

  it.each([
    ...['2026-01-15', '2026-01-15T10:00Z', '2026-13-01T00:00:00Z', '2025-02-29T00:00:00Z'],
    ...['T00:00:00Z', '2026-01-15T25:00:00Z', '2026-01-15T10:60:00Z', '2026-1-15T10:00:00Z'],
    ...['2026-01-15T10:00:00+25:00', '2026-01-15 10:00:00Z\n', 'x2026-01-15T10:00:00Z'],
    ...['1768471200', 1768471200000, 0, -1, [], ['2026-01-15T10:00:00Z'], false],
  ])('the time %j', async (given) => {
    for (const field of ['timestamp', 'expiration_time']) {
      const answer = await attempt(start, spoil(start.good(), field, given));
      expectRefusal(answer, 400, 'InvalidParameter', field);
    }
  });

  it.each(['1e3', '0x10', ' ', ' 1', '1 ', '+-1', '1,5', '٣', 'NaN', 1e300, -(2 ** 53), [], [1]])(
    'the whole number %j',
    async (given) => {
      for (const field of ['application_id', 'resource_id', 'est_duration', 'ttl']) {
        const answer = await attempt(start, spoil(start.good(), field, given));
        expectRefusal(answer, 400, 'InvalidParameter', field);
      }
    },
  );
});

describe('no body at all (decisions, Bodies)', () => {
  const refusing = [start, composite, life, starting('states'), starting('tasks'), transition];

  it.each(refusing)('is a 400 InvalidBody of $path', async (route) => {
    const before = await snapshot(server);
    expectRefusal(await attempt(route, undefined), 400, 'InvalidBody');
    const empty = await send(server, route.method ?? 'POST', pathOf(route), '');
    expectRefusal(empty, 400, 'InvalidBody');
    expect(await snapshot(server)).toBe(before);
  });

  it.each([
    { path: '/customers/c/services/{id}' },
    ...['', '/states/{sid}', '/tasks/{tid}'].map(ending),
  ])('counts as {} of $path', async (route) => {
    expect((await attempt(route as Route, undefined)).status).toBe(204);
    // As curl -d '' sends it: a type, and a length of nothing.
    for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
      expect((await send(server, 'POST', pathOf(route as Route), '', type)).status).toBe(204);
    }
    const chunked = await server.rawRequest(
      [
        `POST ${base}${pathOf(route as Route)} HTTP/1.1`,
        `Host: ${new URL(server.url).host}`,
        ...['Content-Type: application/json', 'Transfer-Encoding: chunked'],
        ...['Connection: close', '', '0', '', ''],
      ].join('\r\n'),
    );
    expect(chunked.status).toBe(204);
  });
});

describe('what is missing is named (decisions, Faults)', () => {
  it.each<[string, Route, object]>([
    ['contact_key', start, {}],
    ['ttl', life, {}],
    ['ttl', life, { ttl: null, expiration_time: null, note: 1 }],
    ['from', transition, {}],
    ['from', transition, { from: null, to: {} }],
    ['from.state_id', transition, { from: {} }],
    ['from.state_id', transition, { from: { state_id: null, disposition: 1 } }],
  ])('%s of %j', async (field, route, body) => {
    const before = await snapshot(server);
    expectRefusal(await attempt(route, body), 400, 'MissingParameter', field);
    expect(await snapshot(server)).toBe(before);
  });
});
