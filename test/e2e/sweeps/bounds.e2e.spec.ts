import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';
import { flooded, floodedConfig, floods } from './floods.js';

const server = useTestServer({ config: floodedConfig });

/** So many, so many bytes long each: more than anything else here takes. */
const flood = { count: 200, length: 12_000 };

// test/long has many more of each.
it.each(floods.filter(([, , length = flood.length]) => length === flood.length))(
  '%s are not kept in memory once they are answered',
  async (_what, request) => {
    const kept = await flooded(server, request, flood);
    // Whoever keeps them keeps at least their own bytes.
    await eventually(() => expect(kept()).toBeLessThan((flood.count * flood.length) / 2), 10_000);
  },
);
