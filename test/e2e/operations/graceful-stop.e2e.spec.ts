import { Agent, request as send } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/architecture.md, Start and stop
const servers = useServers();

interface Sent {
  readonly at: number;
  /** The status, or the error's code. */
  readonly outcome: number | string;
  /** Whether the request went out on a connection that had served before. */
  readonly isReused: boolean;
}

/** Sends requests without a break over a kept connection, until told to stop or turned away. */
function client(server: SpawnedServer, sent: Sent[]): { stop: () => Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(server.url);
  let stopping = false;
  const ask = (n: number) =>
    new Promise<Sent>((resolve) => {
      const post = n % 2 === 0;
      const request = send({
        ...{ agent, hostname, port, method: post ? 'POST' : 'GET' },
        path: post ? '/genesys/1/storage/60' : '/genesys/1/node',
        headers: post ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {},
      });
      const done = (outcome: number | string) =>
        resolve({ at: Date.now(), outcome, isReused: request.reusedSocket });
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode!));
        response.on('error', (error: NodeJS.ErrnoException) => done(error.code!));
      });
      request.on('error', (error: NodeJS.ErrnoException) => done(error.code!));
      request.end(post ? 'key=value' : undefined);
    });
  const running = (async () => {
    for (let n = 0; !stopping; n++) {
      const one = await ask(n);
      sent.push(one);
      if (one.outcome === 'ECONNREFUSED') return;
    }
  })();
  return {
    stop: async () => {
      stopping = true;
      await running;
      agent.destroy();
    },
  };
}

describe('SIGTERM', () => {
  it('under traffic fails no request that was taken in', async () => {
    const server = await servers.spawn();
    const sent: Sent[] = [];
    const clients = Array.from({ length: 16 }, () => client(server, sent));
    await eventually(() => expect(sent.length).toBeGreaterThan(200), 10_000);
    const told = Date.now();
    const code = await server.stop();
    expect(Date.now() - told).toBeLessThan(10_000);
    for (const { stop } of clients) await stop();
    expect(code).toBe(0);
    const failed = sent.filter(({ outcome }) => outcome !== 200);
    // Who comes with a new connection is told so by the system, before anything was sent.
    expect(failed.filter(({ outcome }) => outcome !== 'ECONNREFUSED')).toEqual([]);
    expect(failed.every(({ at, isReused }) => at >= told && !isReused)).toBe(true);
    expect(sent.length - failed.length).toBeGreaterThan(200);
  });

  it.concurrent('lets a request that is still coming in come to its end', async () => {
    const server = await servers.spawn();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (bytes) => (received += bytes.toString()));
    socket.write(
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\na=',
    );
    await delay(100);
    const stopped = server.stop();
    await delay(500);
    socket.write('value');
    expect(await stopped).toBe(0);
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received).toContain('Connection: close');
  });

  it('does not wait for connections on which nothing happens', async () => {
    const server = await servers.spawn();
    const { hostname, port } = new URL(server.url);
    const fresh = connect(Number(port), hostname);
    await server.request('GET', '/genesys/1/node');
    await delay(50);
    const told = Date.now();
    expect(await server.stop()).toBe(0);
    expect(Date.now() - told).toBeLessThan(4000);
    fresh.destroy();
  });

  it.concurrent(
    'cuts what does not come to its end, and stops within ten seconds all the same',
    async () => {
      const server = await servers.spawn();
      const { hostname, port } = new URL(server.url);
      const stuck = connect(Number(port), hostname);
      stuck.on('error', () => undefined);
      stuck.write(
        'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\na=',
      );
      await delay(100);
      const told = Date.now();
      expect(await server.stop()).toBe(0);
      expect(Date.now() - told).toBeLessThan(10_000);
      expect(server.output()).toContain('requests did not come to their end in time');
      stuck.destroy();
    },
  );

  it.concurrent('a second time ends the process at once', async () => {
    const server = await servers.spawn();
    const { hostname, port } = new URL(server.url);
    const stuck = connect(Number(port), hostname);
    stuck.on('error', () => undefined);
    stuck.write(
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n',
    );
    await delay(100);
    const told = Date.now();
    process.kill(server.pid, 'SIGTERM');
    // Sooner it would count as the same request (core/lifecycle/stop-request.ts).
    await delay(1600);
    process.kill(server.pid, 'SIGINT');
    expect(await server.exited).toBe(1);
    // Without it the stop takes the 10 s that it may take.
    expect(Date.now() - told).toBeLessThan(8000);
    stuck.destroy();
  });
});
