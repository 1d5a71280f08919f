import { expect } from '@jest/globals';
import fc from 'fast-check';
import { livePath, type LiveThings } from './live-things.js';
import { form, json, multipart } from './ordinary.js';
import type { Route } from './routes.js';
import type { Swept } from './swept-server.js';
import { type Case, faultsOf } from './verdict.js';

/** Texts of any 16-bit units, halves of surrogate pairs and NUL among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff })), {
    maxLength: 12,
  })
  .map((units) => String.fromCharCode(...units));

/** Numbers as they may stand in JSON, far beyond what JavaScript holds. */
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt().map(String),
  fc.tuple(fc.integer(), fc.integer({ min: -999, max: 999 })).map(([n, e]) => `${n}e${e}`),
);

const namesOf = (route: Route): string[] =>
  [...route.bodies.values()].flatMap((example) =>
    typeof example === 'object' && example !== null ? Object.keys(example) : [],
  );

/** JSON text of a value, numbers as they came. */
function anyJson(names: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false', '""', '{}', '[]'),
      anyNumber,
      anyText.map((text) => JSON.stringify(text)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
      objectOf(names, tie('value')),
    ),
  }));
  return objectOf(names, value);
}

const objectOf = (names: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(names, value), { maxLength: 5 })
    .map((members) => `{${members.map(([name, of]) => `${JSON.stringify(name)}:${of}`).join()}}`);

/** Percent signs before anything, as a form may have them. */
const anyPair = (names: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(names.map(wellFormed), fc.string()),
      fc.oneof(anyText.map(wellFormed), fc.string()),
    )
    .map(([name, value]) => `${name}=${value}`);

const wellFormed = (text: string): string => encodeURIComponent(text.toWellFormed());

const anyPart = (names: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .record({
      name: names,
      file: fc.option(anyText),
      type: fc.option(fc.oneof(fc.constantFrom('text/plain', 'image/png; a=b'), anyText)),
      value: anyText,
    })
    .map(
      ({ name, file, type, value }) =>
        `--XX\r\nContent-Disposition: form-data; name="${name}"` +
        `${file === null ? '' : `; filename="${file}"`}\r\n` +
        `${type === null ? '' : `Content-Type: ${type}\r\n`}\r\n${value}\r\n`,
    );

/** A body and its type; of a tenth of them some bytes are lost, or others come in between. */
function anyBody(route: Route): fc.Arbitrary<{ type: string; body: Buffer }> {
  const known = namesOf(route);
  const names = known.length === 0 ? anyText : fc.oneof(fc.constantFrom(...known), anyText);
  const whole = fc.oneof(
    fc.record({ type: fc.constant(json), body: anyJson(names) }),
    fc.record({
      type: fc.constant(form),
      body: fc.array(anyPair(names), { maxLength: 6 }).map((pairs) => pairs.join('&')),
    }),
    fc.record({
      type: fc.constant(`${multipart}; boundary=XX`),
      body: fc
        .array(anyPart(names), { maxLength: 4 })
        .map((parts) => `${parts.join('')}--XX--\r\n`),
    }),
  );
  const damage = fc.record({
    at: fc.nat(),
    lost: fc.nat({ max: 8 }),
    bytes: fc.uint8Array({ maxLength: 4 }),
  });
  return fc
    .tuple(whole, fc.option(damage, { freq: 9 }))
    .map(([{ type, body }, harm]) => ({ type, body: damaged(Buffer.from(body), harm) }));
}

type Damage = { readonly at: number; readonly lost: number; readonly bytes: Uint8Array };

function damaged(body: Buffer, harm: Damage | null): Buffer {
  if (harm === null) return body;
  const at = harm.at % (body.length + 1);
  return Buffer.concat([body.subarray(0, at), harm.bytes, body.subarray(at + harm.lost)]);
}

/** Any body for any of the routes. */
function anyCase(routes: readonly Route[], live: LiveThings): fc.Arbitrary<Case> {
  return fc.constantFrom(...routes).chain((route) =>
    anyBody(route).map(({ type, body }) => ({
      ...{ route, kind: `${type} ${body.toString('latin1')}`, malformedJson: true },
      request: {
        ...{ method: route.method, target: livePath(route, live), body },
        headers: [['Content-Type', type] as const, ['gms_user', 'alice'] as const],
      },
    })),
  );
}

/** Sends some fifty bodies in each run; of those that go wrong the smallest is shown. */
export async function expectAnyBodyAnswered(
  { server, routes, live }: Swept,
  parameters: { readonly seed?: number; readonly numRuns: number },
): Promise<void> {
  const taking = routes.filter(({ method, bodies }) => method === 'POST' || bodies.size > 0);
  const cases = fc.array(anyCase(taking, live), { minLength: 40, maxLength: 60 });
  const holds = fc.asyncProperty(cases, async (some) => {
    expect(await faultsOf(server.url, some, 24)).toEqual([]);
  });
  await fc.assert(holds, parameters);
}
