import { request } from 'node:http';
import { BayeuxSession } from './bayeux-session.mjs';

/**
 * A session of a user at a target.
 * @param target `ports`, `path`, `kind` ours or peer
 */
export function sessionOf({ ports, path, kind }, user, agent, wantsAck = true) {
  const channel = kind === 'ours' ? '/_genesys' : channelOf(user);
  return new BayeuxSession({ servers: ports, path, user, channel, wantsAck, agent });
}

/** Peers know no users: each has a channel that nobody else subscribes to. */
function channelOf(user) {
  return `/user/${user}`;
}

/**
 * How a target is told to send a user something.
 * @returns publish(user, text, key?): rejects when the answer is not 2xx; at ours the repeat of a
 *   key does nothing
 */
export function newPublisher({ kind, publishPorts }, agent) {
  let turn = 0;
  const isOurs = kind === 'ours';
  const path = isOurs ? '/genesys/1/notification/publish' : '/publish';
  return (user, text, key) => {
    const body = isOurs
      ? { tag: 'bench', message: text, notificationDetails: { type: 'comet', deviceId: user } }
      : { channel: channelOf(user), text };
    const port = publishPorts[turn++ % publishPorts.length];
    const headers = key === undefined ? {} : { 'Idempotency-Key': key };
    return post({ port, path, agent, headers }, JSON.stringify(body));
  };
}

function post({ headers, ...options }, body) {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const all = { ...headers, 'Content-Type': 'application/json', 'Content-Length': length };
    const outgoing = request({ ...options, host: '127.0.0.1', method: 'POST', headers: all });
    outgoing.setTimeout(10_000, () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.resume().on('error', reject);
      response.on('end', () => {
        const isTaken = response.statusCode >= 200 && response.statusCode < 300;
        if (isTaken) resolve();
        else reject(new Error(`publish was answered ${response.statusCode}`));
      });
    });
    outgoing.end(body);
  });
}

/** Does something with each, `most` at a time. */
export async function inParallel(most, all, work) {
  let place = 0;
  const worker = async () => {
    while (place < all.length) await work(all[place++]);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker));
}
