import { Agent, request } from 'node:http';

/** A poll comes back at the latest after the server's 60 s; what takes longer fell into a hole, ms. */
const longestPollMs = 70_000;

/**
 * A Bayeux session over long-polling, as small as can be: what the server costs is to be measured,
 * so this side does nothing that a client need not do. The cookie is kept since one of the peers
 * goes by it.
 */
export class BayeuxSession {
  #servers;
  #agent;
  #headers;
  #channel;
  #wantsAck;
  #cookie;
  #clientId;
  #acknowledged = 0;
  #number = 0;
  #turn = 0;
  #poll;
  #isOpen = false;

  /**
   * @param servers ports; requests go to each in turn
   * @param wantsAck whether mail is to be acknowledged; only if the server can
   */
  constructor({ servers, path, user, channel, wantsAck, agent }) {
    this.#servers = servers;
    this.path = path;
    this.user = user;
    this.#headers = { gms_user: user, 'Content-Type': 'application/json' };
    this.#channel = channel;
    this.#wantsAck = wantsAck;
    this.#agent = agent;
    this.onMail = () => undefined;
  }

  /** Handshakes, subscribes, connects, and holds its first poll. */
  async open() {
    const [shaken] = await this.#send([
      {
        ...{ channel: '/meta/handshake', version: '1.0' },
        supportedConnectionTypes: ['long-polling'],
        ...(this.#wantsAck ? { ext: { ack: true } } : {}),
      },
    ]);
    requireSuccess(shaken);
    this.#clientId = shaken.clientId;
    this.#wantsAck &&= shaken.ext?.ack === true;
    const subscription = { channel: '/meta/subscribe', subscription: this.#channel };
    requireSuccess((await this.#send([subscription]))[0]);
    requireSuccess((await this.#connect({ advice: { timeout: 0 } })).at(-1));
    this.#isOpen = true;
  }

  /** Polls until it is closed. A poll that fails is made again after a moment. */
  async poll({ pauseMs = 20, waitMs = longestPollMs, onFault = () => undefined } = {}) {
    while (this.#isOpen) {
      try {
        const replies = await this.#connect({}, waitMs);
        const reply = replies.find(({ channel }) => channel === '/meta/connect');
        if (reply?.successful === false && this.#isOpen) throw new Error(JSON.stringify(reply));
      } catch (error) {
        if (!this.#isOpen) return;
        onFault(error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  /** Breaks off the poll that is held: the connection is reset. */
  abort() {
    this.#poll?.destroy();
  }

  /** Ends the session and says so to the server. */
  async close() {
    this.#isOpen = false;
    await this.#send([{ channel: '/meta/disconnect' }]).catch(() => undefined);
    this.abort();
  }

  async #connect(more, waitMs = longestPollMs) {
    const ext = this.#wantsAck ? { ext: { ack: this.#acknowledged } } : {};
    const message = { channel: '/meta/connect', connectionType: 'long-polling', ...ext, ...more };
    const replies = await this.#send([message], waitMs);
    for (const { channel, data, ext: replied } of replies) {
      if (channel === '/meta/connect' && typeof replied?.ack === 'number') {
        this.#acknowledged = replied.ack;
      }
      if (data !== undefined && channel === this.#channel) this.onMail(data);
    }
    return replies;
  }

  #send(messages, waitMs = longestPollMs) {
    const clientId = this.#clientId === undefined ? {} : { clientId: this.#clientId };
    const numbered = messages.map((message) => ({
      ...{ id: String(++this.#number), ...clientId },
      ...message,
    }));
    const isPoll = messages[0].channel === '/meta/connect';
    return new Promise((resolve, reject) => {
      // Who comes has a connection of its own, which may make 20 handshakes a second.
      const isFirst = messages[0].channel === '/meta/handshake';
      const agent = isFirst ? false : this.#agent;
      const outgoing = this.#request(JSON.stringify(numbered), agent, resolve, reject);
      outgoing.setTimeout(waitMs, () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', reject);
      if (isPoll) this.#poll = outgoing;
    });
  }

  #request(body, agent, resolve, reject) {
    const outgoing = request({
      ...{ host: '127.0.0.1', port: this.#servers[this.#turn++ % this.#servers.length] },
      ...{ method: 'POST', path: this.path, agent },
      headers: {
        ...this.#headers,
        'Content-Length': Buffer.byteLength(body),
        ...(this.#cookie === undefined ? {} : { Cookie: this.#cookie }),
      },
    });
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        this.#cookie ??= response.headers['set-cookie']?.[0].split(';')[0];
        settle(response.statusCode, text, resolve, reject);
      });
    });
    outgoing.end(body);
    return outgoing;
  }
}

/** One connection for each request that is under way. */
export function newAgent() {
  return new Agent({ keepAlive: true, maxSockets: Infinity, scheduling: 'lifo' });
}

function settle(status, text, resolve, reject) {
  // 409 is a poll that another one has replaced; its reply says so too.
  if (status !== 200 && status !== 409) {
    reject(new Error(`${status}: ${text.slice(0, 200)}`));
    return;
  }
  try {
    resolve(JSON.parse(text));
  } catch (error) {
    reject(error);
  }
}

function requireSuccess(reply) {
  if (reply?.successful !== true) throw new Error(`refused: ${JSON.stringify(reply)}`);
}
