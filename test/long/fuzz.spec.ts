import { it } from '@jest/globals';
import { expectAnyBodyAnswered } from '../e2e/sweeps/fuzz-cases.js';
import { useSweptServer } from '../e2e/sweeps/swept-server.js';

const swept = useSweptServer();

it('bodies of any bytes get an answer below 500, other ones in every run', () =>
  expectAnyBodyAnswered(swept, { numRuns: 300 }));
