import { createECDH } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';
import { collectionsOf } from './collections.js';
import { floodedConfig, floods, send } from './floods.js';

/** What a node keeps for longer than the request of what callers send, and how many at most. */
const caches: Readonly<Record<string, number>> = {
  'SenderResolver.cache': 10_000,
  'RateLimits.networks.buckets': 50_000,
  'BayeuxServer.addressHandshakeLimits.byAddress': 10_000,
  'VapidTokens.cache.tokens': 1000,
};

/**
 * What grows with what lives: comet sessions up to cometd.max_sessions_per_node, the handshakes of the
 * last second, and the targets of lanes, which go when nothing waits for them.
 */
const living =
  /^(SessionRegistry|BayeuxServer|DeliveryDispatcher|DeliveryResultWriter|SessionPersister|FirstAttemptNotifier)\./;

const ecdh = createECDH('prime256v1');
const server = useTestServer({
  config: {
    ...floodedConfig,
    push: {
      ...floodedConfig.push,
      pushEnabled: 'comet,httpcb,webpush',
      'webpush.vapid_public_key': ecdh.generateKeys('base64url'),
      'webpush.vapid_private_key': ecdh.getPrivateKey('base64url'),
      'webpush.subject': 'mailto:ops@opengms.org',
    },
  },
});

const count = 100;

const flood = async (each: number): Promise<void> => {
  for (const [, make, length] of floods) await send(server, make, each, length ?? 100);
};

describe('of floods of texts that all differ', () => {
  let before: ReadonlyMap<string, number>;

  beforeAll(async () => {
    // What is made once is made before.
    await flood(5);
    before = collectionsOf(server.app).sizes;
    await flood(count);
  }, 120_000);

  const grown = (): string[] =>
    [...collectionsOf(server.app).sizes]
      .filter(([way, size]) => size - (before.get(way) ?? 0) > count / 2)
      .map(([way]) => way);

  it('a node keeps nothing but in its caches, and what lives', async () => {
    await eventually(() => {
      const kept = grown().filter((way) => !living.test(way) || way in caches);
      expect(kept.toSorted()).toEqual(Object.keys(caches).toSorted());
    }, 20_000);
  });

  it('a cache that is full holds no more than it may', async () => {
    const { maps } = collectionsOf(server.app);
    for (const [way, bound] of Object.entries(caches)) {
      const cache = maps.get(way)!;
      const [some] = cache.values();
      for (let place = 0; cache.size < bound; place++) cache.set(`full ${place}`, some);
    }
    await flood(20);
    for (const [way, bound] of Object.entries(caches)) {
      const { size } = maps.get(way)!;
      expect([way, size <= bound, size > 0]).toEqual([way, true, true]);
    }
  });
});
