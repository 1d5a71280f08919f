import { livePath, type LiveThings } from './live-things.js';
import { bodiesOf, type ExampleBody, form, json, ordinary, written } from './ordinary.js';
import { filled, type Route } from './routes.js';
import type { Case } from './verdict.js';

const digits = '7'.repeat(400);

/** Texts at and beyond every edge: of numbers, instants, addresses, and of what a row can hold. */
const edges: readonly string[] = [
  digits,
  `-${digits}`,
  `0.${digits}`,
  '7'.repeat(3000),
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '-1',
  '1.5',
  '2147483647',
  '2147483648',
  '9007199254740993',
  '9223372036854775808',
  'NaN',
  'Infinity',
  '0x10',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '2100-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999-14:00',
  '10000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '294277-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-06-30T23:59:60Z',
  'infinity',
  'epoch',
  `http://${'漢'.repeat(1000)}/`,
  `http://a.example/${'x'.repeat(5000)}`,
  `+${digits}`,
  '{}',
  'x'.repeat(70_000),
];

/** What stands in JSON beside texts, as it is written. */
const rawEdges: readonly string[] = [
  ...[digits, `-${digits}`, `0.${digits}`, '1e999', '-1e999', '1e-999', '-0', '-1', '1.5'],
  ...['2147483647', '2147483648', '9007199254740993', '9223372036854775808', '1E400', '1.10'],
  ...['null', 'true', '[]', '{}', '""', '[[]]', '{"":0}', '["a",1,null]'],
];

/** Every edge in every field of every body that the documents show, one by one. */
export function bodyValues(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route) =>
    bodiesOf(route, live).flatMap((body) =>
      variantsOf(withFields(body, besideOf(route))).map(([kind, bytes]) => ({
        ...{ route, kind },
        request: {
          ...{ method: route.method, target: livePath(route, live), body: bytes },
          headers: [['Content-Type', body.type] as const, ['gms_user', 'alice'] as const],
        },
      })),
    ),
  );
}

/** Fields that bodies may have beside those of their examples, by the beginning of the path. */
const fieldsBeside: readonly (readonly [
  path: string,
  fields: Readonly<Record<string, unknown>>,
])[] = [
  [
    '/genesys/1/cs/services',
    {
      ...{ timestamp: '2026-11-01T00:00:00Z', ttl: 60, auto_complete_after: 60 },
      ...{ application_id: 1, resource_id: 1, session_id: 'a', customer_id: 'C-1' },
      ...{ est_duration: 60, disposition_desc: 'done' },
    },
  ],
  ['/genesys/1/service/{id}', { ttl: 600, expiration_time: '2030-01-31T12:00:00Z' }],
  [
    '/genesys/1/service/{service}',
    { _ttl: 60, _access_code_length: 4, _booking_expiration_timeout: 30, _id: 'a' },
  ],
  ['/genesys/1/admin/keys', { expiresAt: '2030-01-31T12:00:00Z', tenants: ['a'] }],
  ['/genesys/1/notification/subscription', { providerName: 'a', language: 'de', debug: true }],
  ['/genesys/1/notification/publish', { mediaType: 'localizestring', locArgs: { a: 'b' } }],
];

function besideOf({ path }: Route): object {
  return fieldsBeside.find(([beginning]) => path.startsWith(beginning))?.[1] ?? {};
}

function variantsOf({ essence, example }: ExampleBody): (readonly [kind: string, bytes: string])[] {
  if (essence === json) {
    return placesIn(example).flatMap((place) =>
      [...rawEdges, ...edges.map((edge) => JSON.stringify(edge))].map(
        (edge) =>
          [`${place.join('.')} ${edge.slice(0, 40)}`, withRaw(example, place, edge)] as const,
      ),
    );
  }
  if (essence !== form) return [];
  return Object.keys(example as object).flatMap((name) =>
    edges.map(
      (edge) =>
        [
          `${name} ${edge.slice(0, 40)} of a form`,
          written(form, { ...example, [name]: edge }),
        ] as const,
    ),
  );
}

function withFields(body: ExampleBody, fields: object): ExampleBody {
  const { example } = body;
  const isObject = typeof example === 'object' && example !== null && !Array.isArray(example);
  return isObject ? { ...body, example: { ...fields, ...example } } : body;
}

/** The way to every value in a JSON example, also to those that hold others. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...placesIn(member).map((rest) => [name, ...rest]),
  ]);
}

/** The JSON text of an example, with other JSON text in one place. */
function withRaw(example: object, place: readonly string[], raw: string): string {
  const copy = structuredClone(example) as Record<string, any>;
  const last = place.at(-1)!;
  const parent = place.slice(0, -1).reduce((inner, name) => inner[name], copy);
  parent[last] = '^here^';
  return JSON.stringify(copy).replace('"^here^"', () => raw);
}

/** Every edge in every parameter of every query and path, one by one. */
export function parameterValues(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route) =>
    route.parameters.flatMap((parameter) =>
      edges
        .filter((edge) => encodeURIComponent(edge).length < 12_000)
        .map((edge) => {
          const request = ordinary(route, live, [['gms_user', 'alice']]);
          return {
            ...{ route, kind: `${parameter.name} ${edge.slice(0, 40)} in the ${parameter.in}` },
            request: { ...request, target: targetOf(route, live, parameter, edge) },
          };
        }),
    ),
  );
}

function targetOf(
  route: Route,
  live: LiveThings,
  { in: place, name }: Route['parameters'][number],
  edge: string,
): string {
  const value = encodeURIComponent(edge);
  if (place === 'path') return filled(route, { [name]: value });
  const others = route.parameters
    .filter((other) => other.in === 'query' && other.name !== name)
    // What is mandatory has to be there for the others to be looked at.
    .filter((other) => other.name.startsWith('time_') || other.name === 'tag')
    .map((other) => `&${other.name}=${encodeURIComponent(other.example)}`);
  return `${livePath(route, live)}?${name}=${value}${others.join('')}`;
}

/** Every route that only reads, asked for everything that it can give. */
export function readings(routes: readonly Route[], live: LiveThings): Case[] {
  return routes
    .filter(({ method }) => method === 'GET')
    .flatMap((route) => {
      const target = livePath(route, live);
      const all = 'extensions=*&active_states=true&completed_states=true&active_tasks=true';
      const range = 'time_from=0001-01-01T00:00:00Z&export_content=true&tag=A2C.service';
      return ['', `?${all}&completed_tasks=true`, `?${range}`].map((query) => ({
        ...{ route, kind: `read as ${query}` },
        request: { method: 'GET', target: target + query },
      }));
    });
}
