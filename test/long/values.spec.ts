import { it } from '@jest/globals';
import { useSweptServer } from '../e2e/sweeps/swept-server.js';
import { bodyValues, parameterValues, readings } from '../e2e/sweeps/value-cases.js';

// test/e2e/sweeps has a tenth of these.
const swept = useSweptServer();

it('numbers, instants and addresses at every edge are taken or refused in every body', () =>
  swept.expectNoFaults(bodyValues));

it('numbers, instants and addresses at every edge are taken or refused in every parameter', () =>
  swept.expectNoFaults(parameterValues));

it('what was taken before can be read', () => swept.expectNoFaults(readings));
