import type { Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { RequestsUnderWay } from './requests-under-way.js';

/**
 * How long an idle connection stays open after the stop began, milliseconds. A client may be
 * sending on it this very moment; it gets its answer, and with it the word to close.
 */
const idleMs = 1000;

const lookMs = 20;

/**
 * Stops accepting connections and answers what is under way, each answer with `Connection: close`.
 * @param mostMs milliseconds after which the connections that are left are cut
 * @returns how many requests were cut
 */
export async function stopServing(server: Server, mostMs: number): Promise<number> {
  const underWay = RequestsUnderWay.of(server);
  const started = performance.now();
  // What the system has accepted for us by now has been taken in when this turn is over.
  await nextTurn();
  // http's own close would cut idle connections at once.
  TcpServer.prototype.close.call(server);
  underWay.closeAfterAnswers();
  while (underWay.connections.size > 0) {
    const elapsed = performance.now() - started;
    if (elapsed > mostMs) return cutAll(server, underWay);
    if (elapsed > idleMs) closeIdle(server, underWay);
    await delay(lookMs);
  }
  return 0;
}

function closeIdle(server: Server, underWay: RequestsUnderWay): void {
  server.closeIdleConnections();
  // Node takes a connection on which nothing was ever sent for a busy one.
  for (const socket of underWay.connections) if (socket.bytesRead === 0) socket.destroy();
}

function cutAll(server: Server, underWay: RequestsUnderWay): number {
  const left = underWay.count;
  server.closeAllConnections();
  return left;
}
