import type { LiveThings } from './live-things.js';
import { type Header, ordinary } from './ordinary.js';
import { filled, type Route } from './routes.js';
import type { Case } from './verdict.js';

const refused = [401, 403];
const badRequest = [400];

/** Headers by which a proxy shows itself. */
const proxyHeaders: readonly Header[] = [
  ['X-Forwarded-For', '203.0.113.9'],
  ['Forwarded', 'for=203.0.113.9'],
  ['Via', '1.1 a'],
  ['X-Real-IP', '203.0.113.9'],
];

/** More lines than Node looks at by default, and fewer bytes than it takes. */
const manyLines = Array.from({ length: 1200 }, (): Header => ['a', '1']);

/** 1,200 lines that do not belong to anything, and behind them the one by which a proxy shows. */
export function hiddenProxies(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route) =>
    proxyHeaders.map((header) => ({
      ...{ route, kind: `${header[0]} behind 1,200 lines` },
      request: ordinary(route, live, [...manyLines, header]),
      ...(route.isInternal && { right: refused }),
    })),
  );
}

/** Two headers where one says who calls, and the statuses that are right then. */
const identities: readonly (readonly [
  name: string,
  values: readonly [string, string],
  rightOf: (route: Route) => readonly number[] | undefined,
])[] = [
  ['gms_user', ['alice', 'mallory'], () => badRequest],
  ['X-Api-Key', ['gms_one', 'gms_two'], keysAreNone],
  ['Authorization', ['Bearer gms_one', 'Bearer gms_two'], keysAreNone],
  ['apikey', ['gms_one', 'gms_two'], keysAreNone],
  ['ContactCenterId', ['one', 'two'], partsData],
  ['GroupId', ['one', 'two'], partsData],
];

/** Neither of two wrong keys makes anybody an administrator, and nor does the network then. */
function keysAreNone({ isInternal }: Route): readonly number[] | undefined {
  return isInternal ? [400, ...refused] : undefined;
}

/** One tenant, or none: never the one whose name is both. */
function partsData({ path }: Route): readonly number[] | undefined {
  return path.startsWith('/genesys/1/cs') ? badRequest : undefined;
}

export function doubledIdentities(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route) =>
    identities.map(([name, values, rightOf]) => {
      const right = rightOf(route);
      return {
        ...{ route, kind: `two headers ${name}`, ...(right && { right }) },
        request: ordinary(
          route,
          live,
          values.map((value) => [name, value] as const),
        ),
      };
    }),
  );
}

/** What HTTP itself asks of a request. */
export function oddHttp(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route): Case[] => {
    const request = ordinary(route, live);
    const right = badRequest;
    return [
      { route, right, kind: 'no Host', request: { ...request, hosts: [] } },
      {
        ...{ route, right, kind: 'two Hosts' },
        request: { ...request, hosts: ['127.0.0.1', '127.0.0.1'] },
      },
      { route, kind: 'HTTP/1.0', request: { ...request, version: '1.0' } },
      { route, kind: 'HTTP/1.0, no Host', request: { ...request, version: '1.0', hosts: [] } },
      {
        ...{ route, right: [417], kind: 'an Expect that nobody knows' },
        request: { ...request, headers: [...(request.headers ?? []), ['Expect', '200-maybe']] },
      },
      ...['a b', '[::1', '%00', 'x'.repeat(4000), 'ä.example'].map((host) => ({
        ...{ route, kind: `the Host ${host.slice(0, 20)}` },
        request: { ...request, hosts: [host] },
      })),
    ];
  });
}

const methods = ['PATCH', 'PUT', 'DELETE', 'POST', 'GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** Methods that a path does not have. */
export function otherMethods(routes: readonly Route[]): Case[] {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return routes.flatMap((route) =>
    methods
      .filter((method) => !known.has(`${method} ${route.path}`))
      .map((method) => ({
        route: { ...route, method },
        kind: 'a method that is not there',
        request: { method, target: filled(route, { status: 'ONLINE' }) },
      })),
  );
}

const oddSegments: readonly (readonly [kind: string, segment: string])[] = [
  ['a way up', '..'],
  ['an encoded way up', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
  ['a way up in backslashes', '..%5c..%5cetc%5cpasswd'],
  ['an encoded slash', 'a%2Fb'],
  ['a doubly encoded slash', 'a%252Fb'],
  ['half a percent sign', '%'],
  ['a percent sign before letters', '%zz'],
  ['a NUL', 'a%00b'],
  ['half of a surrogate pair', '%ED%A0%80'],
  ['bytes that are not UTF-8', '%ff%fe'],
  ['UTF-8 in more bytes than it takes', '%c0%ae%c0%ae'],
  ['raw bytes', '\u00ff\u00fe'],
  ['Chinese', encodeURIComponent('漢字'.repeat(40))],
  ['8,000 characters', 'a'.repeat(8000)],
  ['a blank', '%20'],
  ['nothing', ''],
  ['a word that objects have', '__proto__'],
  ['a quote', "'%3B--"],
];

/** Odd texts in the place of every parameter of a path, one by one. */
export function oddPaths(routes: readonly Route[], live: LiveThings): Case[] {
  return routes.flatMap((route) =>
    route.parameters
      .filter((parameter) => parameter.in === 'path')
      .flatMap(({ name }) =>
        oddSegments.map(([kind, segment]) => ({
          ...{ route, kind: `${kind} as {${name}}` },
          request: { ...ordinary(route, live), target: filled(route, { [name]: segment }) },
        })),
      ),
  );
}

/** The same paths as old clients and careless ones write them. */
export function otherWritings(routes: readonly Route[], live: LiveThings): Case[] {
  const writings: readonly (readonly [kind: string, write: (path: string) => string])[] = [
    ['the prefix of old', (path) => path.replace(/^\/genesys\/1\//, '/gms-web/gms/1/')],
    ['a slash at the end', (path) => `${path}/`],
    ['two slashes at the beginning', (path) => `/${path}`],
    ['the whole address', (path) => `http://127.0.0.1${path}`],
    ['an address of somebody else', (path) => `http://other.example${path}`],
    ['an empty query', (path) => `${path}?`],
    ['a query of odd bytes', (path) => `${path}?%00=%ED%A0%80&\u00ff=%&__proto__=1&a[b]=c&=&&`],
  ];
  return routes.flatMap((route) =>
    writings.map(([kind, write]) => {
      const request = ordinary(route, live, [['X-Forwarded-For', '203.0.113.9']]);
      return {
        ...{ route, kind: `written with ${kind}` },
        request: { ...request, target: write(request.target) },
        ...(route.isInternal && { right: [400, 404, ...refused] }),
      };
    }),
  );
}
