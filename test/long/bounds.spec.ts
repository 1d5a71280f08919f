import { expect, it } from '@jest/globals';
import { flooded, floodedConfig, floods } from '../e2e/sweeps/floods.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/use-servers.js';

const server = useTestServer({ config: floodedConfig });

/** What a cache may take that has its bound, bytes. */
const mostBytes = 30_000_000;

it.each(floods)('100,000 %s take no more memory than a cache may', async (_what, request) => {
  const kept = await flooded(server, request, { count: 100_000, length: 100 });
  await eventually(() => expect(kept()).toBeLessThan(mostBytes), 10_000);
});
