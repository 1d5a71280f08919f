// The load of all figures: asked by messages, see bench/lib/load.mjs.
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../lib/figures.mjs';
import { Connection } from './connection.mjs';
import { generators } from './requests.mjs';

let stopRate;

process.on('message', ({ kind, ...order }) => {
  if (kind === 'drive') drive(order).catch(fail);
  else if (kind === 'rate') runRate(order).catch(fail);
  else if (kind === 'stop') stopRate?.();
});
process.on('disconnect', () => process.exit());

function fail(error) {
  process.send({ failure: error.message });
}

/** A closed loop: every connection sends its next request when it has its answer. */
async function drive({ port, requests, connections, warmup, measureMs }) {
  const next = generators[requests.name](requests);
  const loop = new ClosedLoop(port, next, connections);
  await Promise.race([warm(loop, warmup), loop.ended]);
  process.send({ measuring: true });
  const cpu = process.cpuUsage();
  const latencies = loop.record();
  const started = performance.now();
  await Promise.race([delay(measureMs), loop.ended]);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  const answers = latencies.length;
  process.send({ measured: true });
  // What is in flight is answered before anybody changes the data.
  await loop.finish();
  const client = user + system;
  process.send({
    answers,
    seconds,
    client,
    ...summary(latencies.slice(0, answers)),
    ...loop.counts,
  });
}

/** So much time, and so many answers that V8 has compiled what it will; not longer than 8 s. */
async function warm(loop, { ms, answers }) {
  const limit = performance.now() + Math.max(ms, 8000);
  await delay(ms);
  while (loop.counts.answered < answers && performance.now() < limit) await delay(20);
}

class ClosedLoop {
  counts = { answered: 0, refused: 0 };
  #latencies;
  #busy = 0;
  #stopping = false;
  #end;
  #abort;

  constructor(port, next, count) {
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#abort = reject;
    });
    this.connections = Array.from({ length: count }, () => new Connection(port, this.#abort));
    for (const connection of this.connections) this.#ask(connection, next);
  }

  /** From here on latencies, in ms, are kept. */
  record() {
    this.#latencies = [];
    this.counts.refused = 0;
    return this.#latencies;
  }

  /** Waits for what is in flight. */
  async finish() {
    this.#latencies = undefined;
    this.#stopping = true;
    if (this.#busy > 0) await this.ended;
    for (const connection of this.connections) connection.close();
  }

  #ask(connection, next) {
    const request = this.#stopping ? undefined : next();
    if (request === undefined) {
      // Nothing is left to ask for: the measurement is over for all.
      this.#stopping = true;
      if (this.#busy === 0) this.#end();
      return;
    }
    this.#busy++;
    const sent = performance.now();
    connection.send(request, (status) => {
      this.#busy--;
      this.counts.answered++;
      this.#latencies?.push(performance.now() - sent);
      if (status < 200 || status > 299) this.counts.refused++;
      this.#ask(connection, next);
    });
  }
}

/** An open loop: requests are due at a fixed rate, whether or not earlier ones are answered. */
async function runRate({ port, requests, connections, perSecond }) {
  const next = generators[requests.name](requests);
  const failed = (error) => fail(error);
  const idle = Array.from({ length: connections }, () => new Connection(port, failed));
  const all = [...idle];
  const due = [];
  const samples = [];
  let refused = 0;
  const startNext = () => {
    while (due.length > 0 && idle.length > 0) {
      const [connection, at] = [idle.pop(), due.shift()];
      connection.send(next(at), (status) => {
        samples.push([performance.timeOrigin + at, performance.now() - at]);
        if (status < 200 || status > 299) refused++;
        idle.push(connection);
        startNext();
      });
    }
  };
  const stop = every(1000 / perSecond, (at) => {
    due.push(at);
    startNext();
  });
  process.send({ running: true });
  await new Promise((resolve) => (stopRate = resolve));
  stop();
  while (idle.length < all.length) await delay(5);
  for (const connection of all) connection.close();
  process.send({ samples, refused });
}

/** Calls `work` with each moment that is due, at most a millisecond or so late. */
function every(stepMs, work) {
  let at = performance.now();
  const timer = setInterval(() => {
    for (const now = performance.now(); at <= now; at += stepMs) work(at);
  }, 1);
  return () => clearInterval(timer);
}

function summary(latencies) {
  latencies = Float64Array.from(latencies).sort();
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: latencies.at(-1) ?? NaN,
  };
}
