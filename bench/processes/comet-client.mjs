// Sessions and publishers for the comet part: asked by messages, see bench/lib/comet-client.mjs.
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../lib/figures.mjs';
import { newAgent } from './bayeux-session.mjs';
import { runLoss } from './comet-loss.mjs';
import { inParallel, newPublisher, sessionOf } from './comet-traffic.mjs';

/** A message that has not come by then is lost, ms. */
const longestWaitMs = 10_000;

/** So many sessions are set up at once. */
const setUpsAtOnce = 50;

const agent = newAgent();
let sessions = [];
let publish;
let published = 0;
const expected = new Map();

const work = { open, publish: publishTo, close, loss: runLoss };

process.on('message', ({ kind, ...order }) => {
  work[kind](order).then(
    (answer) => process.send(answer ?? { done: true }),
    (error) => process.send({ failure: error.stack }),
  );
});
process.on('disconnect', () => process.exit());

/** Sets up sessions and has each hold a poll. */
async function open({ target, users, count }) {
  publish = newPublisher(target, agent);
  sessions = Array.from({ length: count }, (_, index) =>
    sessionOf(target, `${users}-${index}`, agent),
  );
  const faults = [];
  await inParallel(setUpsAtOnce, sessions, async (session) => {
    session.onMail = ({ message }) => arrived(message);
    await session.open();
    void session.poll({ onFault: ({ message }) => faults.push(message) });
  });
  if (faults.length > 0) throw new Error(`${faults.length} polls failed, first: ${faults[0]}`);
}

function arrived(text) {
  const message = expected.get(text);
  if (message === undefined) return;
  message.copies++;
  message.arrived(performance.now());
}

/** Publishes one message after the other, `inFlight` at a time, to each session in turn. */
async function publishTo({ count, inFlight }) {
  const latencies = [];
  const messages = Array.from({ length: count }, () => published++);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await inParallel(inFlight, messages, async (number) => {
    const latency = await deliver(sessions[number % sessions.length].user, `m-${number}`);
    if (latency !== undefined) latencies.push(latency);
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const copies = [...expected.values()].reduce((sum, message) => sum + message.copies, 0);
  expected.clear();
  latencies.sort((one, other) => one - other);
  return {
    ...{ count, seconds, clientUs: user + system },
    ...{ lost: count - latencies.length, doubled: copies - latencies.length },
    ...{ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  };
}

/** @returns ms from the publisher's request to the session's parsed mail; undefined: lost */
async function deliver(user, text) {
  const arrival = new Promise((resolve) => expected.set(text, { copies: 0, arrived: resolve }));
  const started = performance.now();
  const answered = publish(user, text);
  const limit = new AbortController();
  const at = await Promise.race([
    arrival,
    delay(longestWaitMs, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
  await answered;
  return at === undefined ? undefined : at - started;
}

async function close() {
  await inParallel(setUpsAtOnce, sessions, (session) => session.close());
  sessions = [];
}
