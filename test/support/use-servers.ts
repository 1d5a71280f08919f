import { afterAll, beforeAll } from '@jest/globals';
import { spawnServer, type SpawnedServer, type SpawnOptions } from './spawned-server.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { type ServerOptions, startTestServer, type TestServer } from './test-server.js';

/** Starts servers for one test file; whatever it started is closed after the file's last test. */
export interface Servers {
  start(options?: ServerOptions): Promise<TestServer>;
  spawn(options?: SpawnOptions): Promise<SpawnedServer>;
  /** A database for several servers to share. */
  database(): Promise<TestDatabase>;
}

/** For files whose tests start servers themselves, as those about races and crashes. */
export function useServers(): Servers {
  const closings: (() => Promise<void>)[] = [];
  afterAll(async () => {
    // Servers before the databases that they share; one that fails must not keep the others open.
    const failures: unknown[] = [];
    for (const close of closings.reverse()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  });
  const closed = async <Opened>(
    opening: Promise<Opened>,
    close: (opened: Opened) => Promise<void>,
  ) => {
    const opened = await opening;
    closings.push(() => close(opened));
    return opened;
  };
  return {
    start: (options) => closed(startTestServer(options), (server) => server.close()),
    spawn: (options) => closed(spawnServer(options), (server) => server.close()),
    database: () => closed(createTestDatabase(), (database) => database.drop()),
  };
}

/**
 * One server for all tests of a file, in this process:
 * `const server = useTestServer(); it('…', async () => { await server.request('GET', '/…'); });`
 * @returns the server; it is not to be used before the first beforeAll or test
 */
export function useTestServer(options: ServerOptions = {}): TestServer {
  const servers = useServers();
  let running: TestServer | undefined;
  beforeAll(async () => {
    running = await servers.start(options);
  });
  const started = (): TestServer => {
    if (running === undefined) throw new Error('the test server starts before the first test');
    return running;
  };
  return {
    get url() {
      return started().url;
    },
    get databaseUrl() {
      return started().databaseUrl;
    },
    get app() {
      return started().app;
    },
    request: (...call) => started().request(...call),
    rawRequest: (...call) => started().rawRequest(...call),
    close: () => started().close(),
  };
}
