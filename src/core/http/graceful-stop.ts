import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Log } from '../observability/index.js';
import { RequestsUnderWay } from './requests-under-way.js';
import { stopServing } from './stop-serving.js';

/** The share of the time for a stop that requests under way get; the rest is for the workers. */
const shareOfRequests = 0.5;

const signals = ['SIGTERM', 'SIGINT'] as const;

/**
 * Waits for a signal to stop and closes the application: accepts nothing more, answers what is
 * under way, ends the workers, closes the pool. A second signal ends the process at once.
 * @param longestMs milliseconds after which the process is ended, whatever it is still about;
 *   counts on after this function has returned
 */
export async function stopGracefully(
  app: INestApplication,
  log: Log,
  longestMs: number,
): Promise<void> {
  const server = app.getHttpServer() as Server;
  RequestsUnderWay.of(server);
  const signal = await firstSignal();
  const started = performance.now();
  log.info({ signal }, 'stopping');
  endAtNextSignal(log);
  endAfter(longestMs, log);
  const cut = await stopServing(server, longestMs * shareOfRequests);
  if (cut > 0) log.warn({ cut }, 'requests did not come to their end in time');
  await app.close();
  log.info({ tookMs: Math.round(performance.now() - started) }, 'stopped');
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals) => {
      for (const name of signals) process.off(name, hear);
      resolve(signal);
    };
    for (const name of signals) process.on(name, hear);
  });
}

function endAtNextSignal(log: Log): void {
  const end = (signal: NodeJS.Signals) => {
    log.warn({ signal }, 'told again to stop: ending at once');
    process.exit(1);
  };
  for (const name of signals) process.on(name, end);
}

function endAfter(longestMs: number, log: Log): void {
  const timer = setTimeout(() => {
    log.error({ longestMs }, 'the stop took too long: ending at once');
    process.exit(1);
  }, longestMs);
  timer.unref();
}
