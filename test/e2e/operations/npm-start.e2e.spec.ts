import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout, query as queryOnce } from '../../support/embedded-database.js';
import { eventually } from '../../support/eventually.js';
import { type NpmStart, npmStart, processesWith } from '../../support/npm-start.js';
import { useServers } from '../../support/use-servers.js';

// docs/architecture.md, Start and stop: SIGTERM and SIGINT to `npm start`, at any instant of the
// start too
const servers = useServers();
const made: string[] = [];
const started: { run: NpmStart; folder: string }[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `opengms-test-${process.pid}-`));
  chmodSync(folder, 0o755);
  made.push(folder);
  return folder;
}

afterEach(() => {
  for (const { folder } of started.splice(0)) {
    for (const left of processesWith(folder)) process.kill(Number.parseInt(left, 10), 'SIGKILL');
  }
});

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function start(folder: string): NpmStart {
  const run = npmStart(checkout, folder, { GMS_DATA_DIR: folder, PORT: '0' });
  started.push({ run, folder });
  return run;
}

const says = (run: NpmStart, words: string) =>
  eventually(() => expect(run.output()).toContain(words), 60_000);

const databaseLog = (folder: string) => readFileSync(join(folder, 'postgres/postgres.log'), 'utf8');

describe('npm start', () => {
  it('told by SIGTERM to npm alone while the database is created leaves no process and no draft of it', async () => {
    const folder = newFolder();
    const run = start(folder);
    await says(run, 'Creating the embedded database');
    run.signal('SIGTERM');
    await run.gone();
    const left = existsSync(join(folder, 'postgres')) ? readdirSync(join(folder, 'postgres')) : [];
    expect(left.filter((name) => name.startsWith('data.new'))).toEqual([]);
  });

  it('told by SIGINT to npm alone as soon as the database runs stops it in order', async () => {
    const folder = newFolder();
    const run = start(folder);
    await says(run, 'PostgreSQL runs on port');
    run.signal('SIGINT');
    await run.gone();
    expect(databaseLog(folder)).toContain('database system is shut down');
  });

  it('told by Ctrl-C, which reaches npm and the server, stops server and database in order and starts again', async () => {
    const folder = newFolder();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const run = start(folder);
      await says(run, '"listening"');
      run.signal(signal, 'all');
      await run.gone();
      expect(run.output()).toContain('PostgreSQL stopped');
      const isFirst = signal === 'SIGINT';
      expect(run.output().includes('brought the schema up to date')).toBe(isFirst);
      expect(run.output()).not.toContain('ending at once');
    }
    const endings = databaseLog(folder).match(/database system is shut down/g);
    expect(endings).toHaveLength(2);
  });

  it('whose npm is killed does not leave server and database behind', async () => {
    const folder = newFolder();
    const run = start(folder);
    await says(run, '"listening"');
    run.signal('SIGKILL');
    await run.gone();
    expect(databaseLog(folder)).toContain('database system is shut down');
  });

  it('told while it installs ends the install', async () => {
    const folder = newFolder();
    installable(folder);
    const registry = createServer().listen(0, '127.0.0.1');
    await once(registry, 'listening');
    // It never answers, as one behind a network that is down.
    const asked = once(registry, 'request');
    const { port } = registry.address() as AddressInfo;
    const run = npmStart(folder, folder, { npm_config_registry: `http://127.0.0.1:${port}/` });
    started.push({ run, folder });
    try {
      await asked;
      run.signal('SIGTERM');
      await run.gone();
    } finally {
      registry.closeAllConnections();
      registry.close();
    }
  });
});

describe('a start', () => {
  it('on a port that another program has ends with one line that names the port and PORT', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    try {
      const failure = await servers.spawn({ env: { PORT: port } }).catch(String);
      const said = String(failure)
        .split('\n')
        .filter((line) => !/^\{|^$/.test(line));
      expect(said).toEqual([
        'Error: the server ended with 1:',
        'OpenGMS cannot start:',
        `Another program listens on port ${port} of 127.0.0.1 already: stop it, or set PORT to another port.`,
      ]);
      expect(String(failure)).not.toContain('    at ');
    } finally {
      taken.close();
    }
  });

  it('on an address that the machine does not have names HOST', async () => {
    const failure = await servers.spawn({ env: { HOST: '192.0.2.1' } }).catch(String);
    expect(failure).toContain(
      '192.0.2.1 is no address of this machine: set HOST to one that it has.',
    );
  });
});

describe('the schema of a database', () => {
  it('is brought up to date, which the log says together with version and commit', async () => {
    const server = await servers.spawn();
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries[0]).toMatchObject({
      msg: 'starting',
      version: expect.stringMatching(/^\d+\.\d+/),
      commit: expect.stringMatching(/^([0-9a-f]{40}|unknown)$/),
    });
    await server.stop();
  });

  it('of a newer version is refused with words, and an older one stays out', async () => {
    const database = await servers.database();
    await (await servers.start({ database })).close();
    await queryOnce(
      database.url,
      "INSERT INTO schema_migration (timestamp, name) VALUES (9999999999999, 'AddTomorrow9999999999999')",
    );
    const failure = String(await servers.spawn({ database }).catch(String));
    expect(failure).toContain('the server ended with 1');
    expect(failure).toMatch(
      /schema of a newer OpenGMS .* does not know AddTomorrow9999999999999\. Start the newer one/,
    );
  });
});

/** A checkout whose one dependency is not installed yet. */
function installable(folder: string): void {
  cpSync(join(checkout, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const text = readFileSync(join(checkout, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: object };
  const manifest = { name: 'fresh', version: '1.0.0', scripts, dependencies: { absent: '1.0.0' } };
  const absent = { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==` };
  const packages = { '': manifest, 'node_modules/absent': absent };
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}
