// Customers' stories told to Context Services: asked by messages, see bench/lib/customer-stories.mjs.
// Each connection tells one story after the other: a service starts, a state, a transition to the
// next one, the service ends; every step waits for the answer to the one before.
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../lib/figures.mjs';
import { Connection } from './connection.mjs';

let stopped = false;

process.on('message', ({ kind, ...order }) => {
  if (kind === 'drive') drive(order).catch(fail);
  else if (kind === 'rate') runRate(order).catch(fail);
  else stopped = true;
});
process.on('disconnect', () => process.exit());

function fail(error) {
  process.send({ failure: error.message });
}

const services = '/genesys/1/cs/services';

const post = (path, body) => {
  const text = JSON.stringify(body);
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`
  );
};

/** The steps of a story; each has the request, from what is known, and what its answer adds. */
const steps = {
  start: ({ customer }) =>
    post(`${services}/start`, {
      ...{ customer_id: customer, service_type: 'support', interaction_id: '006a8f9b' },
      ...{ media_type: 'chat', est_duration: 600, Feedback: { rating: 5, text: 'quick' } },
    }),
  state: ({ service_id }) =>
    post(`${services}/${service_id}/states/start`, { state_type: 'identify', media_type: 'chat' }),
  transition: ({ service_id, state_id }) =>
    post(`${services}/${service_id}/states/transition`, {
      ...{ from: { state_id, disposition: 'identified' }, to: { state_type: 'diagnose' } },
      ...{ media_type: 'chat' },
    }),
  end: ({ service_id }) =>
    post(`${services}/${service_id}/end`, { disposition: 'solved', disposition_desc: 'by chat' }),
};

let customers = 0;

/** One teller on one connection. */
class Teller {
  #connection;
  #told;
  #step = 0;
  #known = {};

  constructor(port, names) {
    this.#connection = new Connection(port, fail);
    this.#told = names.map((name) => steps[name]);
  }

  /** Tells the next step; `answered(status)` when it is answered. */
  tell(answered) {
    if (this.#step === 0) this.#known = { customer: `story-${process.pid}-${customers++}` };
    const request = this.#told[this.#step](this.#known);
    this.#step = (this.#step + 1) % this.#told.length;
    this.#connection.send(request, (status, body) => {
      if (status === 201) Object.assign(this.#known, JSON.parse(body));
      answered(status);
    });
  }

  close() {
    this.#connection.close();
  }
}

/** A closed loop: every teller tells its next step when it has its answer. */
async function drive({ port, connections, told, warmupMs, measureMs }) {
  const tellers = Array.from({ length: connections }, () => new Teller(port, told));
  let latencies = [];
  let refused = 0;
  let isOver = false;
  const loops = tellers.map(async (teller) => {
    while (!isOver) {
      const sent = performance.now();
      const status = await new Promise((resolve) => teller.tell(resolve));
      latencies.push(performance.now() - sent);
      if (status > 299) refused++;
    }
  });
  await delay(warmupMs);
  process.send({ measuring: true });
  const cpu = process.cpuUsage();
  latencies = [];
  refused = 0;
  const started = performance.now();
  await delay(measureMs);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const measured = latencies.slice();
  process.send({ measured: true });
  isOver = true;
  await Promise.all(loops);
  for (const teller of tellers) teller.close();
  process.send({ seconds, client: user + system, refused, ...summary(measured) });
}

/** An open loop: steps are due at a fixed rate until the word comes to stop. */
async function runRate({ port, connections, told, perSecond, warmupMs }) {
  const idle = Array.from({ length: connections }, () => new Teller(port, told));
  const all = [...idle];
  const due = [];
  const started = performance.now();
  const latencies = [];
  let refused = 0;
  stopped = false;
  const tellNext = () => {
    while (due.length > 0 && idle.length > 0) {
      const [teller, at] = [idle.shift(), due.shift()];
      teller.tell((status) => {
        if (at - started >= warmupMs) latencies.push(performance.now() - at);
        if (status > 299) refused++;
        idle.push(teller);
        tellNext();
      });
    }
  };
  process.send({ running: true });
  for (let at = started; !stopped; await delay(1)) {
    for (const now = performance.now(); at <= now; at += 1000 / perSecond) due.push(at);
    tellNext();
  }
  while (idle.length < all.length || due.length > 0) await delay(5);
  for (const teller of all) teller.close();
  process.send({ refused, ...summary(latencies) });
}

function summary(measured) {
  const sorted = Float64Array.from(measured).sort();
  return {
    answers: sorted.length,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? NaN,
  };
}
