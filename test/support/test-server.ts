import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { createApplication } from '../../src/application.js';
import { readEnvironment } from '../../src/core/config/environment.js';
import { HttpClient, type RequestOptions, type TestResponse } from './http-client.js';
import { type RawOptions, rawRequest, type RawResponse } from './raw-request.js';
import { createTestDatabase } from './test-database.js';
import { endServer } from './test-postgres.mjs';

/** How to start a server under test. */
export interface ServerOptions {
  /** Sections for a configuration of its own; absent: the demonstration, config/gms.yaml. */
  readonly config?: Readonly<Record<string, object>>;
  /** Environment variables beside those that a test always sets. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The database to use, as two servers that share one; absent: a fresh one, dropped at the end.
   * `embedded`: none is named, so that the server starts its own in GMS_DATA_DIR.
   */
  readonly database?: { readonly url: string } | 'embedded';
}

/** What every server under test offers. */
export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Absent when the server has an embedded database of its own. */
  readonly databaseUrl: string | undefined;
  request(method: string, path: string, options?: RequestOptions): Promise<TestResponse>;
  rawRequest(bytes: string | Uint8Array, options?: RawOptions): Promise<RawResponse>;
  /** Stops the server and removes its database and files; safe to call twice. */
  close(): Promise<void>;
}

/** The whole application in the test's own process. */
export interface TestServer extends RunningServer {
  readonly app: INestApplication;
}

/** The variables and files of one server under test. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string>>;
  readonly databaseUrl: string | undefined;
  remove(): Promise<void>;
}

/** Makes the database, the folder and the sections file that a server under test starts with. */
export async function surroundingsOf(options: ServerOptions): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'opengms-server-'));
  // Started by root, an embedded PostgreSQL runs as another account, which must get through here.
  await chmod(folder, 0o755);
  const own = options.database === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = options.database === 'embedded' ? undefined : (options.database ?? own)?.url;
  const configFile = join(folder, 'gms.yaml');
  // JSON is YAML as well.
  if (options.config) await writeFile(configFile, JSON.stringify(options.config));
  return {
    databaseUrl,
    variables: {
      PORT: '0',
      HOST: '127.0.0.1',
      GMS_DATA_DIR: join(folder, 'data'),
      GMS_LOG_LEVEL: 'silent',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(options.config ? { GMS_CONFIG: configFile } : {}),
      ...options.env,
    },
    remove: async () => {
      await own?.drop();
      // A killed process leaves its embedded PostgreSQL running.
      if (options.database === 'embedded') await endServer(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The part of a server under test that is the same however it runs. */
export function callsTo(url: string): {
  calls: Pick<RunningServer, 'request' | 'rawRequest'>;
  client: HttpClient;
} {
  const client = new HttpClient(url);
  return {
    client,
    calls: {
      request: (method, path, options) => client.request(method, path, options),
      rawRequest: (bytes, options) => rawRequest(url, bytes, options),
    },
  };
}

/**
 * Starts the whole application in this process, on a free port and a fresh database. The caller
 * closes it; `useTestServer` does that by itself.
 */
export async function startTestServer(options: ServerOptions = {}): Promise<TestServer> {
  if (options.database === 'embedded') throw new Error('only spawnServer has an embedded database');
  const surroundings = await surroundingsOf(options);
  try {
    const environment = readEnvironment(surroundings.variables);
    const app = await createApplication(environment);
    await app.listen(environment.port, environment.host);
    const url = (await app.getUrl()).replace(/\/$/, '');
    const { calls, client } = callsTo(url);
    return {
      ...calls,
      url,
      app,
      databaseUrl: surroundings.databaseUrl,
      close: once(async () => {
        client.close();
        await app.close();
        await surroundings.remove();
      }),
    };
  } catch (error) {
    await surroundings.remove();
    throw error;
  }
}

/** The same work for every caller, done at the first call. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
