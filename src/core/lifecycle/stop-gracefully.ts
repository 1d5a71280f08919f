import type { Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import type { Log } from '../observability/index.js';
import { ActiveRequests } from './active-requests.js';
import type { StopRequest } from './stop-request.js';

/**
 * How long an idle connection stays open after the stop began, milliseconds. A client may be
 * sending on it this very moment; it gets its answer, and with it the word to close.
 */
const idleMs = 1000;

const pollMs = 20;

/**
 * Stops accepting connections and answers what is under way, each answer with `Connection: close`.
 * @param mostMs milliseconds after which the connections that are left are cut
 * @returns how many requests were cut
 */
export async function stopServing(server: Server, mostMs: number): Promise<number> {
  const underWay = ActiveRequests.forServer(server);
  const started = performance.now();
  // What the system has accepted for us by now has been taken in when this turn is over.
  await nextTurn();
  // http's own close would cut idle connections at once.
  TcpServer.prototype.close.call(server);
  underWay.closeAfterResponses();
  while (underWay.connections.size > 0) {
    const elapsed = performance.now() - started;
    if (elapsed > mostMs) return cutRemaining(server, underWay);
    if (elapsed > idleMs) closeIdle(server, underWay);
    await delay(pollMs);
  }
  return 0;
}

function closeIdle(server: Server, underWay: ActiveRequests): void {
  server.closeIdleConnections();
  // Node takes a connection on which nothing was ever sent for a busy one.
  for (const socket of underWay.connections) if (socket.bytesRead === 0) socket.destroy();
}

function cutRemaining(server: Server, underWay: ActiveRequests): number {
  const left = underWay.count;
  server.closeAllConnections();
  return left;
}

/** How long requests under way get, milliseconds; the rest of the ten seconds is for the workers. */
const requestDrainMs = 5000;

/**
 * Waits for the request to stop and closes the application: accepts nothing more, answers what is
 * under way, ends the workers, closes the pool.
 */
export async function stopGracefully(
  app: INestApplication,
  stop: StopRequest,
  log: Log,
): Promise<void> {
  const server = app.getHttpServer() as Server;
  ActiveRequests.forServer(server);
  await stop.waitForRequest();
  const started = performance.now();
  const cut = await stopServing(server, requestDrainMs);
  if (cut > 0) log.warn({ cut }, 'requests did not come to their end in time');
  await app.close();
  log.info({ tookMs: Math.round(performance.now() - started) }, 'stopped');
}
