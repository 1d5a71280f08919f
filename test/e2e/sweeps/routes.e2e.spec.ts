import { describe, expect, it } from '@jest/globals';
import { dense, large, packed, text, types } from './body-cases.js';
import { expectAnyBodyAnswered } from './fuzz-cases.js';
import {
  doubledIdentities,
  hiddenProxies,
  oddHttp,
  oddPaths,
  otherMethods,
  otherWritings,
} from './header-cases.js';
import { useSweptServer } from './swept-server.js';
import { tenthOf } from './tenth.js';
import { bodyValues, parameterValues, readings } from './value-cases.js';

// docs/compatibility.md: every error, from any module, has one shape; nothing that is sent is a fault
// of the server.
const swept = useSweptServer();

it('the sweep finds the routes of every chapter, and those that are mounted before Nest', () => {
  const paths = swept.routes.map(({ path }) => path);
  for (const path of ['/docs', '/genesys/cometd', '/genesys/resources/{file}', '/metrics']) {
    expect(paths).toContain(path);
  }
  expect(swept.routes.filter(({ isInternal }) => isInternal).length).toBeGreaterThan(50);
});

describe('on every route', () => {
  it('a proxy that hides behind 1,200 header lines is never taken for this machine', () =>
    swept.expectNoFaults(hiddenProxies));

  it('two headers that say who calls are never one caller', () =>
    swept.expectNoFaults(doubledIdentities));

  it('a request that is odd HTTP gets an answer in the shape of all errors', () =>
    swept.expectNoFaults(oddHttp));

  it('a method that is not there is refused in the shape of all errors', () =>
    swept.expectNoFaults(otherMethods));

  it('odd texts in the path are refused or unknown, never a fault', () =>
    swept.expectNoFaults(oddPaths));

  it('another writing of the address changes nothing in who may call', () =>
    swept.expectNoFaults(otherWritings));

  it('10 MB of nesting or of escapes is refused', () => swept.expectNoFaults(large, 4));

  it('a body of many small things is refused', () => swept.expectNoFaults(dense, 8));

  it('text that cannot be kept is refused', () => swept.expectNoFaults(text));

  it('a packed body is unpacked within the limits, or refused', () =>
    swept.expectNoFaults(packed, 8));

  it('a body of another type, or of none, is refused or not looked at', () =>
    swept.expectNoFaults(types));

  it('numbers, instants and addresses at every edge are taken or refused in a body', () =>
    swept.expectNoFaults((...all) => tenthOf(bodyValues(...all))));

  it('numbers, instants and addresses at every edge are taken or refused in a parameter', () =>
    swept.expectNoFaults((...all) => tenthOf(parameterValues(...all))));

  it('bodies of any bytes get an answer below 500', () =>
    expectAnyBodyAnswered(swept, { seed: 9, numRuns: 20 }));

  it('what was taken before can be read', () => swept.expectNoFaults(readings));
});

it('the process that was sent all of this answers still', async () => {
  const answer = await swept.server.request('GET', '/genesys/1/node');
  expect([answer.status, answer.text]).toEqual([200, 'ONLINE']);
});
