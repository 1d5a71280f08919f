// Where callbacks are delivered to: answers 200 to every POST and notes how long after the moment
// that its body names it came. Started by bench/parts/push.mjs.
import { createServer } from 'node:http';
import { percentile } from '../lib/figures.mjs';

let latencies = [];
let ids = new Set();
let received = 0;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    // The clock of the machine since its start is one for all processes.
    latencies.push(Number(process.hrtime.bigint()) / 1e6 - Number(body));
    ids.add(request.headers['x-gms-message-id']);
    received++;
    response.writeHead(200, { 'Content-Length': 0 }).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', ({ kind }) => {
  if (kind === 'begin') {
    latencies = [];
    ids = new Set();
    received = 0;
    process.send({ begun: true });
    return;
  }
  const sorted = Float64Array.from(latencies).sort();
  process.send({
    ...{ received, doubled: received - ids.size },
    ...{ p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? NaN },
  });
});
process.on('disconnect', () => process.exit());
