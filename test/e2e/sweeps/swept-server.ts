import { beforeAll, expect } from '@jest/globals';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';
import { type LiveThings, makeLiveThings, sweptConfig } from './live-things.js';
import { type Route, routesOf } from './routes.js';
import { type Case, faultsOf } from './verdict.js';

/** Makes the cases of one kind, for every route. */
export type Sweep = (routes: readonly Route[], live: LiveThings) => readonly Case[];

/** A server that is swept, the routes it has, and what is alive on it. */
export interface Swept {
  readonly server: SpawnedServer;
  readonly routes: readonly Route[];
  readonly live: LiveThings;
  /** Sends every case of a sweep, and expects nothing to be wrong with any answer. */
  expectNoFaults(sweep: Sweep, atOnce?: number): Promise<void>;
}

/** One server for all sweeps of a file; it is not to be used before the first test. */
export function useSweptServer(): Swept {
  const servers = useServers();
  let started: { server: SpawnedServer; routes: Route[]; live: LiveThings };
  beforeAll(async () => {
    // A process of its own: what kills it is seen, and its event loop is not the test's.
    const server = await servers.spawn({ config: sweptConfig });
    started = { server, routes: await routesOf(server), live: await makeLiveThings(server) };
  });
  return {
    get server() {
      return started.server;
    },
    get routes() {
      return started.routes;
    },
    get live() {
      return started.live;
    },
    expectNoFaults: async (sweep, atOnce = 24) => {
      const { server, routes, live } = started;
      const cases = sweep(routes, live);
      expect(cases.length).toBeGreaterThan(0);
      expect(await faultsOf(server.url, cases, atOnce)).toEqual([]);
    },
  };
}
