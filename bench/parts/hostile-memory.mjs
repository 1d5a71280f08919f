import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { residentBytes } from '../lib/cpu.mjs';
import { shown, spread, table } from '../lib/figures.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { send, stall } from '../lib/raw-request.mjs';
import { emptyEvents, removeSubscriptions } from '../lib/subscriptions.mjs';

const megabyte = 1024 * 1024;

const uploads = { count: 200, announced: 10 * megabyte, sent: 5 * megabyte };
const subscribers = 300;

/** Files that gzip makes small, all at once. */
const packed = { count: 250, bytes: Math.floor(9.9 * megabyte) };

/** The largest message that a publish takes. */
const messageBytes = 1_000_000;

/** How long stalled uploads are looked at, ms: longer than the server waits for a byte. */
const stallMs = 12_000;
const longestDeliveryMs = 120_000;

const most = { uploads: 320, packed: 320, publish: 64 };

/** What the node asks of memory at most: idle, while uploads stall, while a large event goes to many. */
export async function measureMemory(bench) {
  const rounds = [];
  for (let round = 0; round < bench.rounds; round++) {
    rounds.push({
      uploads: await measureUploads(bench),
      bare: await measureBareUploads(bench),
      packed: await measurePacked(bench),
      publish: await measurePublish(bench),
    });
    bench.progress(`round ${round + 1}: memory`);
  }
  return report(rounds);
}

/** A server that has answered a few requests, and nothing else since. */
async function freshServer({ postgres, configFile, closing }) {
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const server = await startServer({ env }, closing);
  for (let turn = 0; turn < 20; turn++) {
    await send(server.port, {
      ...{ method: 'POST', path: '/genesys/1/storage/60', body: 'a=b' },
      type: 'application/x-www-form-urlencoded',
    });
  }
  await delay(1000);
  return server;
}

async function measureUploads(bench) {
  const server = await freshServer(bench);
  const measured = await stalled(server, '/genesys/1/storage/60');
  await server.stop();
  return measured;
}

async function measureBareUploads({ closing }) {
  const child = await startHelper('hostile-peer', undefined, closing);
  const { port, pid } = await message(child);
  const measured = await stalled({ port, pid }, '/keep');
  child.disconnect();
  return measured;
}

/** Bytes in RAM beyond what the process had before, at most, while uploads stall. */
async function stalled({ port, pid }, path) {
  const head = '--XX\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), Buffer.alloc(uploads.sent, 'a')]);
  const type = 'multipart/form-data; boundary=XX';
  const watch = new MemoryWatch(pid);
  let refused = 0;
  const open = Array.from({ length: uploads.count }, () =>
    stall(port, { path, type, announced: uploads.announced, body }),
  );
  for (const { answer } of open)
    void answer.then((status) => (refused += status === '503' ? 1 : 0));
  await delay(stallMs);
  const grown = watch.stop();
  const counted = refused;
  for (const { end } of open) end();
  return { grown, refused: counted };
}

/** The same while packed files are unpacked and stored, until the last one has its answer. */
async function measurePacked(bench) {
  const server = await freshServer(bench);
  const head = '--XX\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n';
  const request = {
    ...{ method: 'POST', path: '/genesys/1/storage/60', encoding: 'gzip' },
    type: 'multipart/form-data; boundary=XX',
    body: gzipSync(
      Buffer.concat([
        Buffer.from(head),
        Buffer.alloc(packed.bytes, 'a'),
        Buffer.from('\r\n--XX--\r\n'),
      ]),
    ),
  };
  const watch = new MemoryWatch(server.pid);
  const statuses = await Promise.all(
    Array.from({ length: packed.count }, () => send(server.port, request)),
  );
  const grown = watch.stop();
  await server.stop();
  return {
    ...{ grown, served: statuses.filter((status) => status === 200).length },
    refused: statuses.filter((status) => status === 503).length,
  };
}

/** The same while an event goes to callbacks that answer slowly, until the last one has it. */
async function measurePublish(bench) {
  const { postgres, closing } = bench;
  await removeSubscriptions(postgres.sql);
  await emptyEvents(postgres.sql);
  const sink = await startHelper('hostile-peer', undefined, closing);
  const { port: sinkPort } = await message(sink);
  const server = await freshServer(bench);
  for (let place = 0; place < subscribers; place++) await subscribe(server.port, sinkPort, place);
  await delay(1000);
  const watch = new MemoryWatch(server.pid);
  const started = performance.now();
  const status = await send(server.port, {
    ...{ method: 'POST', path: '/genesys/1/notification/publish', type: 'application/json' },
    body: JSON.stringify({ tag: 'bench.large', message: 'm'.repeat(messageBytes) }),
  });
  if (status !== 200) throw new Error(`publish: ${status}`);
  const delivered = await allDelivered(sink);
  const seconds = (performance.now() - started) / 1000;
  const grown = watch.stop();
  await server.stop();
  sink.disconnect();
  await removeSubscriptions(postgres.sql);
  return { grown, delivered, seconds };
}

async function subscribe(port, sinkPort, place) {
  const status = await send(port, {
    ...{ method: 'POST', path: '/genesys/1/notification/subscription', type: 'application/json' },
    body: JSON.stringify({
      ...{ subscriberId: `bench ${place}`, filter: 'bench.*', expire: 3600 },
      notificationDetails: { type: 'httpcb', deviceId: `http://127.0.0.1:${sinkPort}/callback` },
    }),
  });
  if (status !== 200) throw new Error(`subscribe: ${status}`);
}

async function allDelivered(sink) {
  const deadline = performance.now() + longestDeliveryMs;
  for (;;) {
    sink.send({});
    const { callbacks } = await message(sink);
    if (callbacks >= subscribers || performance.now() > deadline) return callbacks;
    await delay(100);
  }
}

/** Looks at a process's memory twenty times a second. */
class MemoryWatch {
  #before;
  #most;
  #timer;

  constructor(pid) {
    this.#before = this.#most = residentBytes(pid);
    this.#timer = setInterval(() => {
      this.#most = Math.max(this.#most, residentBytes(pid));
    }, 50);
  }

  /** @returns megabytes beyond what it had at first, at most */
  stop() {
    clearInterval(this.#timer);
    return (this.#most - this.#before) / megabyte;
  }
}

function report(rounds) {
  const of = (field, what) => rounds.map((round) => round[field][what]);
  const size = `${uploads.sent / megabyte} of ${uploads.announced / megabyte} MB`;
  const rows = [
    [
      ...[`${uploads.count} uploads stall at ${size}`, spread(of('uploads', 'grown'))],
      `${spread(of('uploads', 'refused'))} refused by 503`,
    ],
    [`the same, bare node:http that keeps them`, spread(of('bare', 'grown')), '–'],
    [
      ...[`${packed.count} files of 9.9 MB, gzipped, at once`, spread(of('packed', 'grown'))],
      `${spread(of('packed', 'served'))} stored, ${spread(of('packed', 'refused'))} refused by 503`,
    ],
    [
      ...[`${messageBytes / 1e6} MB to ${subscribers} callbacks`, spread(of('publish', 'grown'))],
      `${spread(of('publish', 'delivered'))} delivered in ${spread(of('publish', 'seconds'))} s`,
    ],
  ];
  const goals = Object.entries(most).map(([field, limit]) => {
    const value = Math.max(...of(field, 'grown'));
    const goal = `hostile: memory of ${field} grows by at most ${limit} MB`;
    return { goal, value: `${shown(value)} MB`, reached: value <= limit };
  });
  const title = '### memory of the node process beyond what it had, at most';
  return { lines: [title, '', table(['while', 'MB', ''], rows)], goals };
}
