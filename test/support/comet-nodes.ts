import { afterAll, afterEach, beforeAll } from '@jest/globals';
import {
  CometClient,
  type CometClientOptions,
  type CometdLibrary,
  loadCometd9,
} from './comet-client.js';
import { type RoundRobinProxy, startRoundRobinProxy } from './round-robin-proxy.js';
import type { SpawnedServer, SpawnOptions } from './spawned-server.js';
import { callsTo, type RunningServer } from './test-server.js';
import type { Servers } from './use-servers.js';

/** Nodes on one database behind a proxy that sends every request to the next of them. */
export interface CometNodes {
  readonly nodes: SpawnedServer[];
  readonly proxy: RoundRobinProxy;
  /** Calls by way of the proxy. */
  readonly calls: Pick<RunningServer, 'request'>;
  /** Puts a new node on the same database in the place of the one with this index. */
  replace(index: number): Promise<void>;
  /** A client of npm cometd 9, started, by way of the proxy. */
  client(options: Omit<CometClientOptions, 'url'>): Promise<CometClient>;
  /** As many of them, each of a user of its own. */
  clients(count: number, options: Omit<CometClientOptions, 'url' | 'user'>): Promise<CometClient[]>;
}

/**
 * Starts nodes for the tests of a file. Clients end after each test, proxies and nodes with the
 * file.
 */
export function useCometNodes(servers: Servers): {
  start(options?: SpawnOptions): Promise<CometNodes>;
} {
  let library: CometdLibrary;
  const clients: CometClient[] = [];
  const closings: (() => Promise<void> | void)[] = [];
  let users = 0;
  beforeAll(async () => {
    library = await loadCometd9();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });
  afterAll(async () => {
    for (const close of closings) await close();
  });
  const start = async (options: SpawnOptions = {}): Promise<CometNodes> => {
    const database = options.database ?? (await servers.database());
    const spawn = () => servers.spawn({ ...options, database });
    const nodes = await Promise.all([spawn(), spawn()]);
    const proxy = await startRoundRobinProxy(nodes.map(({ url }) => url));
    const { calls, client: http } = callsTo(proxy.url);
    closings.push(
      () => proxy.close(),
      () => http.close(),
    );
    const replace = async (index: number) => {
      nodes[index] = await spawn();
      proxy.use(nodes.map(({ url }) => url));
    };
    const client: CometNodes['client'] = async (wanted) => {
      const made = new CometClient(library, { ...wanted, url: proxy.url });
      clients.push(made);
      return made.start();
    };
    return {
      ...{ nodes, proxy, calls, replace, client },
      clients: (count, wanted) =>
        Promise.all(
          Array.from({ length: count }, () => client({ ...wanted, user: `judge-${users++}` })),
        ),
    };
  };
  return { start };
}
