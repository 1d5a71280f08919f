import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { LiveThings } from './live-things.js';
import { livePath } from './live-things.js';
import { bodiesOf, type ExampleBody, form, json, multipart } from './ordinary.js';
import type { Route } from './routes.js';
import type { Case } from './verdict.js';

const refusals = [400, 413, 415];
const comet = '/genesys/cometd';

/** A body of one kind for a route, whatever media type it names. */
interface OddBody {
  readonly kind: string;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly encoding?: string;
  readonly right?: readonly number[];
  readonly malformedJson?: boolean;
  readonly chunked?: boolean;
}

function caseOf(route: Route, live: LiveThings, odd: OddBody): Case {
  const { kind, body, type, encoding, right, malformedJson = false, chunked = false } = odd;
  const headers = [
    ...(type === undefined ? [] : [['Content-Type', type] as const]),
    ...(encoding === undefined ? [] : [['Content-Encoding', encoding] as const]),
    ['gms_user', 'alice'] as const,
  ];
  const { method } = route;
  return {
    ...{ route, kind, malformedJson, ...(right && { right }) },
    request: {
      ...{ method, target: livePath(route, live), headers, chunked },
      ...(body !== undefined && { body }),
    },
  };
}

const tenMegabytes = 10 * 1024 * 1024;
const times = (text: string, bytes: number): Buffer => Buffer.alloc(bytes, text);

const largeBodies: readonly OddBody[] = [
  { kind: '10 MB of [', type: json, body: times('[', tenMegabytes) },
  { kind: '10 MB of {"a":', type: json, body: times('{"a":', tenMegabytes) },
  { kind: 'a form of 10 MB of %41', type: form, body: times('%41', tenMegabytes) },
  { kind: 'a form of 10 MB of &a=', type: form, body: times('&a=', tenMegabytes) },
].map((body) => ({ ...body, malformedJson: body.type === json }));

/** What is too large to be text; sent without its length, so that somebody has to read it. */
export function large(routes: readonly Route[], live: LiveThings): Case[] {
  return withBody(routes).flatMap((route) =>
    largeBodies
      // Of another type than the route takes it is not looked at, whatever it holds.
      .filter(({ type }) => type === undefined || takes(route, type) || route.bodies.size === 0)
      .map((body) =>
        caseOf(route, live, {
          ...{ ...body, chunked: true },
          // Without a body of its own the route does not look at it.
          ...(route.bodies.size > 0 && { right: refusals }),
          kind: `${body.kind}, in chunks`,
        }),
      ),
  );
}

/** Less than a JSON body may hold, and more than anybody says in one. */
const denseBytes = 900_000;

const denseBodies: readonly OddBody[] = [
  { kind: '900 kB of [', body: times('[', denseBytes), malformedJson: true },
  { kind: '900 kB of {"a":', body: times('{"a":', denseBytes), malformedJson: true },
  {
    kind: 'arrays in 65 levels',
    body: `{"sweep":${'['.repeat(65)}${']'.repeat(65)}}`,
  },
  {
    kind: 'objects in 2,000 levels',
    body: `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
  },
  {
    kind: '60,000 members',
    body: `{${Array.from({ length: 60_000 }, (_, place) => `"m${place}":1`).join()}}`,
  },
  { kind: '100,000 elements', body: `{"sweep":[${'0,'.repeat(99_999)}0]}` },
];

/** JSON and forms of many small things: 400, and before anything is stored. */
export function dense(routes: readonly Route[], live: LiveThings): Case[] {
  const manyFields = Array.from({ length: 1001 }, (_, place) => `f${place}=1`).join('&');
  return withBody(routes).flatMap((route) => [
    ...(takes(route, json)
      ? denseBodies.map((body) => caseOf(route, live, { ...body, type: json, right: refusals }))
      : []),
    ...(takes(route, form)
      ? [
          { kind: 'a form of 900 kB of %41', body: times('%41', denseBytes) },
          { kind: 'a form of 1,001 fields', body: manyFields, right: refusals },
        ].map((body) => caseOf(route, live, { ...body, type: form }))
      : []),
  ]);
}

const badText = [400];
/** Half of a surrogate pair, escaped as JSON and raw as UTF-8 would have it. */
const half = '\\ud800';
const rawHalf = Buffer.from([0xed, 0xa0, 0x80]);
const json500 = { malformedJson: true, right: badText };

/** Text that cannot be kept, in names and values, at the top and deep inside. */
export function text(routes: readonly Route[], live: LiveThings): Case[] {
  return withBody(routes).flatMap((route) =>
    bodiesOf(route, live)
      .flatMap((body) => textBodies(body))
      .filter(({ kind }) => !(kind.startsWith('the JSON') && isExtension(route)))
      .map((odd) =>
        caseOf(route, live, route.path === comet ? { ...odd, right: [200, 400] } : odd),
      ),
  );
}

function textBodies(shown: ExampleBody): OddBody[] {
  const { essence, type } = shown;
  if (essence === json) return jsonTextBodies(shown);
  if (essence === form) {
    return [
      ['a NUL in a value', 'sweep=a%00b'],
      ['a NUL in a name', 's%00weep=a'],
      ['half of a surrogate pair in a value', 'sweep=%ED%A0%80'],
      ['half of a surrogate pair in a name', 's%ED%BF%BFweep=1'],
    ].map(([kind = '', body = '']) => ({ kind: `${kind} of a form`, type, body, right: badText }));
  }
  if (essence === multipart) {
    const part = (name: string, value: string): string =>
      `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--XX--\r\n`;
    return [
      { kind: 'a NUL in a part', type, body: part('sweep', 'a\0b'), right: badText },
      { kind: 'a NUL in the name of a part', type, body: part('s\0weep', 'a') },
      { kind: 'half a pair in a part', type, body: spliced(part('sweep', '^'), rawHalf) },
      { kind: 'half a pair in the name of a part', type, body: spliced(part('^', 'a'), rawHalf) },
      { kind: 'a part that is cut short', type, body: part('a', 'b').slice(0, -8), right: badText },
      { kind: 'parts without a boundary', type: multipart, body: part('a', 'b'), right: badText },
    ];
  }
  return [
    { kind: 'a NUL in the text', type, body: `${shown.bytes}\0`, right: badText },
    { kind: 'half a pair', type, body: Buffer.concat([Buffer.from(shown.bytes), rawHalf]) },
  ];
}

function jsonTextBodies({ type, example }: ExampleBody): OddBody[] {
  // A member more than what the route needs: whoever passes it by has not looked at it.
  const withMember = (member: string): string =>
    JSON.stringify(
      Array.isArray(example) ? [{ ...example[0], swept: 0 }] : { ...example, swept: 0 },
    ).replace('"swept":0', member);
  const escaped = [
    ['half of a surrogate pair in a value', `"sweep":"a${half}b"`],
    ['half of a surrogate pair in a name', `"s${half}weep":1`],
    ['half of a surrogate pair deep inside', `"sweep":{"a":[{"b":"\\udfff"}]}`],
    ['half of a surrogate pair in a name deep inside', `"sweep":[{"a":{"${half}":1}}]`],
    ['a NUL in a value', '"sweep":"a\\u0000b"'],
    ['a NUL in a name', '"s\\u0000weep":1'],
    ['a NUL in a name deep inside', '"sweep":[{"a":{"\\u0000":1}}]'],
  ].map(([kind = '', member = '']) => ({ kind, type, body: withMember(member), right: badText }));
  const raw = [
    ['half of a surrogate pair, raw', spliced(withMember('"sweep":"^"'), rawHalf)],
    ['a NUL, raw', withMember('"sweep":"a\0b"')],
    ['bytes that are not UTF-8', spliced(withMember('"sweep":"^"'), Buffer.from([0xff]))],
    ['JSON that is cut short', withMember('"sweep":"a"').slice(0, -3)],
    ['words', 'no JSON at all'],
  ] as const;
  return [
    ...escaped,
    ...raw.map(([kind, body]) => ({ kind, type, body, ...json500 })),
    ...['[]', '7', '"text"', 'null', 'true'].map((body) => ({
      ...{ kind: `the JSON ${body}`, type, body, right: badText },
    })),
    { kind: 'the member __proto__', type, body: withMember('"__proto__":{"a":1}') },
    { kind: 'a byte order mark', type, body: `\ufeff${withMember('"sweep":1')}` },
  ];
}

function spliced(text: string, bytes: Buffer): Buffer {
  const at = text.indexOf('^');
  return Buffer.concat([Buffer.from(text.slice(0, at)), bytes, Buffer.from(text.slice(at + 1))]);
}

/** A hundred megabytes in a hundred kilobytes. */
const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 'a'));

/** Bodies that are packed, rightly and wrongly. */
export function packed(routes: readonly Route[], live: LiveThings): Case[] {
  return withBody(routes).flatMap((route) =>
    bodiesOf(route, live).flatMap(({ type, essence, bytes }) => {
      if (bytes === '') return [];
      const unknown = { type, body: bytes, right: [415] };
      return [
        { kind: 'gzip', type, body: gzipSync(bytes), encoding: 'gzip' },
        { kind: 'deflate', type, body: deflateSync(bytes), encoding: 'deflate' },
        { kind: 'brotli', type, body: brotliCompressSync(bytes), encoding: 'br' },
        { kind: 'gzip in capitals', type, body: gzipSync(bytes), encoding: 'GZIP' },
        { ...unknown, kind: 'an encoding that nobody knows', encoding: 'sweep' },
        { ...unknown, kind: 'two encodings', encoding: 'gzip, br' },
        { kind: 'identity', type, body: bytes, encoding: 'identity' },
        { kind: 'gzip that is none', type, body: bytes, encoding: 'gzip', right: badText },
        {
          ...{ kind: 'gzip that is cut short', type, encoding: 'gzip', right: badText },
          body: gzipSync(`${bytes}${'x'.repeat(500)}`).subarray(0, -9),
        },
        { kind: 'a bomb', type, body: bomb, encoding: 'gzip', right: [400, 413] },
      ].map((odd) => caseOf(route, live, { ...odd, kind: `${odd.kind} as ${essence}` }));
    }),
  );
}

const oddTypes = [
  'text/plain',
  'application/octet-stream',
  'application/json; charset=utf-99',
  'application/json; charset=utf-16le',
  'multipart/form-data',
  'multipart/mixed; boundary=XX',
  'application/jsonx',
  'garbage',
  ';',
  'application/json, text/plain',
  `application/json; a=${'x'.repeat(8000)}`,
];

/** Bodies that say they are something else, or nothing. */
export function types(routes: readonly Route[], live: LiveThings): Case[] {
  return withBody(routes).flatMap((route) => [
    ...oddTypes.map((type) =>
      caseOf(route, live, {
        ...{ kind: `the type ${type.slice(0, 40)}`, type, body: '{"a":"b"}' },
        malformedJson: true,
      }),
    ),
    caseOf(route, live, { kind: 'no type', body: '{"a":"b"}' }),
    ...[json, form, `${multipart}; boundary=XX`, 'application/yaml', 'application/xml'].flatMap(
      (type) => [
        caseOf(route, live, { kind: `an empty body as ${type}`, type, body: '' }),
        caseOf(route, live, { kind: `an empty body in chunks`, type, body: '', chunked: true }),
        caseOf(route, live, { kind: `no body as ${type}`, type }),
      ],
    ),
  ]);
}

/** The routes that take a body; of comet also what is read by its own reader. */
function withBody(routes: readonly Route[]): Route[] {
  return routes.filter(({ method }) => method === 'POST' || method === 'PUT');
}

/** An extension is any JSON. */
const isExtension = ({ path }: Route): boolean => path.endsWith('/extensions/{name}');

const takes = ({ bodies }: Route, type: string): boolean => bodies.has(type);
