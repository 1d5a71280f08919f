import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Log } from '../observability/index.js';
import { RequestsUnderWay } from './requests-under-way.js';
import type { StopRequest } from './stop-request.js';
import { stopServing } from './stop-serving.js';

/** How long requests under way get, milliseconds; the rest of the ten seconds is for the workers. */
const requestsMs = 5000;

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
  RequestsUnderWay.of(server);
  await stop.heard();
  const started = performance.now();
  const cut = await stopServing(server, requestsMs);
  if (cut > 0) log.warn({ cut }, 'requests did not come to their end in time');
  await app.close();
  log.info({ tookMs: Math.round(performance.now() - started) }, 'stopped');
}
