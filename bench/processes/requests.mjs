import { customerOf, history } from '../lib/customer-services.mjs';
import { population } from '../lib/population.mjs';
import { subscriptions, tagOf } from '../lib/subscriptions.mjs';

const { areas, areaPrefix, matches, first, code, readKey } = population;

const note = 'the+caller+has+been+with+us+since+2009%3B+asks+why+the+invoice+of+May+has+two+fees';
const form = `first_name=Jane&reason=question+about+an+invoice&note=${note}`;

/** Visits 0 … count-1 in a scattered order, each once a turn; the step and the counts have no common factor. */
function scattered(count) {
  let place = 0;
  return () => (place = (place + 61_803) % count);
}

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

const post = (path, body) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;

const publish = (event) => {
  const body = JSON.stringify(event);
  return (
    `POST /genesys/1/notification/publish HTTP/1.1\r\nHost: localhost\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
};

/**
 * What the load client can send: each entry makes a function that returns the next request, or
 * undefined when there is nothing left to ask for. At a fixed rate it is told when the request is
 * due, by the process's clock.
 */
export const generators = {
  create: () => () => post('/genesys/1/storage/3600', form),

  read: () => {
    const next = scattered(areas);
    return () => get(`/genesys/1/storage/${areaPrefix}${first + next() + 1}/${readKey}`);
  },

  createAndRead: () => {
    const makers = [generators.create(), generators.read()];
    let turn = 0;
    return () => makers[turn++ % 2]();
  },

  requestInteraction: () => {
    let caller = 0;
    return () => {
      const ani = 14_150_000_000 + (caller++ % 9_999_999);
      const body = `_phone_number=%2B${ani}&_provide_code=true&${form}`;
      return post('/genesys/1/service/request-interaction', body);
    };
  },

  match: () => {
    let place = 0;
    return () => {
      if (++place > matches) return undefined;
      const body = `_access_number=${first + place}&_access_code=${code}`;
      return post('/genesys/1/service/match-interaction', body);
    };
  },

  publish: () => {
    const next = scattered(subscriptions.tags);
    return () => publish({ tag: tagOf(next() + 1), message: 'your order was paid' });
  },

  /** The message is the moment at which it was due: ms since the start of the machine. */
  publishMoment: () => (at) => {
    const now = Number(process.hrtime.bigint()) / 1e6;
    return publish({ tag: 'bench.push', message: String(now - (performance.now() - at)) });
  },

  /** All that a customer has been through. */
  customerHistory: () => {
    const next = scattered(history.customers);
    const parts = 'active_states=true&completed_states=true&active_tasks=true&completed_tasks=true';
    return () =>
      get(`/genesys/1/cs/customers/${customerOf(next() + 1)}/services?${parts}&extensions=*`);
  },

  path: ({ path }) => {
    const request = get(path);
    return () => request;
  },
};
