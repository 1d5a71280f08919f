import { describe, expect, it } from '@jest/globals';
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

  it('numbers, instants and addresses at every edge are taken or refused in a body', () =>
    swept.expectNoFaults((...all) => tenthOf(bodyValues(...all))));

  it('numbers, instants and addresses at every edge are taken or refused in a parameter', () =>
    swept.expectNoFaults((...all) => tenthOf(parameterValues(...all))));

  it('what was taken before can be read', () => swept.expectNoFaults(readings));
});

it('the process that was sent all of this answers still', async () => {
  const answer = await swept.server.request('GET', '/genesys/1/node');
  expect([answer.status, answer.text]).toEqual([200, 'ONLINE']);
});
