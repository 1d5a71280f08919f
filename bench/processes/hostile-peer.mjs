// Bare node:http beside the hostile bodies: reads a body to its end and throws it away, or keeps it,
// so that what the transport alone costs is known; and takes callbacks, slowly. Started by
// bench/parts/hostile.mjs and hostile-memory.mjs.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a callback waits for its answer, ms: as of a subscriber who is busy. */
const callbackMs = 500;

const stands = monitorEventLoopDelay();
stands.enable();
let callbacks = 0;

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => {
    if (request.url === '/keep') chunks.push(chunk);
  });
  request.on('error', () => undefined);
  request.on('end', () => {
    if (request.url === '/callback') void answerCallback(response);
    else if (request.url === '/metrics') response.end(longestStand());
    else response.end('ok');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port, pid: process.pid });
});
process.on('message', () => process.send({ callbacks }));
process.on('disconnect', () => process.exit());

async function answerCallback(response) {
  callbacks++;
  await delay(callbackMs);
  response.end();
}

/** In the words of the server's own metrics; asking sets it back. */
function longestStand() {
  const seconds = stands.max / 1e9;
  stands.reset();
  return `nodejs_eventloop_lag_max_seconds ${seconds}\n`;
}
