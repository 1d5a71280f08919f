// A client of the comet endpoint, as small as one can be: Bayeux 1.0 over long-polling with the
// acknowledge extension, so that what a broken poll carried comes again.
const endpoint = '/genesys/cometd';

/** Milliseconds that an answer may take beyond what the server holds a poll. */
const patience = 15_000;

/** The server has said that coming back is no use. */
class Refused extends Error {}

export class BayeuxClient {
  /**
   * @param headers sent with every request
   * @param onEvent takes the data of each event, once however often it came
   * @param onState takes `connected`, or why it is not; the client tries again by itself unless
   *   the second argument is true
   */
  constructor(headers, onEvent, onState) {
    this.headers = headers;
    this.onEvent = onEvent;
    this.onState = onState;
    this.aborting = new AbortController();
    this.messageId = 0;
    this.timeout = 0;
    this.seen = new Set();
  }

  /** Resolves once events arrive, and goes on polling. @throws Error when that fails at once */
  async start() {
    await this.begin();
    this.onState('connected', false);
    this.poll();
  }

  /** Ends the session, also while the page is being left. */
  async stop() {
    this.aborting.abort();
    if (this.clientId === undefined) return;
    const { clientId } = this;
    this.clientId = undefined;
    const keepalive = true;
    await this.post([{ channel: '/meta/disconnect', clientId }], { keepalive });
  }

  async begin() {
    this.clientId = undefined;
    this.ack = undefined;
    const [hello] = await this.send([
      {
        channel: '/meta/handshake',
        version: '1.0',
        supportedConnectionTypes: ['long-polling'],
        ext: { ack: true },
      },
    ]);
    requireSuccess(hello);
    this.clientId = hello.clientId;
    const subscription = '/_genesys';
    const { clientId } = this;
    this.take(
      await this.send([{ channel: '/meta/subscribe', clientId, subscription }, this.connect()]),
    );
  }

  async poll() {
    let failures = 0;
    while (!this.aborting.signal.aborted) {
      try {
        if (this.clientId === undefined) await this.begin();
        else this.take(await this.send([this.connect(failures > 0)]));
        if (failures > 0) this.onState('connected', false);
        failures = 0;
      } catch (error) {
        if (this.aborting.signal.aborted) return;
        const isFinal = error instanceof Refused;
        this.onState(error.message, isFinal);
        if (isFinal) return;
        failures += 1;
        await pause(Math.min(1000 * failures, 10_000));
      }
    }
  }

  /** @param atOnce whether the server shall answer now, to know whether it is back */
  connect(atOnce = false) {
    const { clientId } = this;
    return {
      channel: '/meta/connect',
      connectionType: 'long-polling',
      clientId,
      ...(this.ack === undefined ? {} : { ext: { ack: this.ack } }),
      ...(atOnce ? { advice: { timeout: 0 } } : {}),
    };
  }

  /** Takes an answer: events first, then what the replies say about how to go on. */
  take(messages) {
    for (const { channel, data } of messages) {
      if (channel !== '/_genesys' || this.seen.has(data.id)) continue;
      this.seen.add(data.id);
      this.onEvent(data);
    }
    for (const reply of messages.filter(({ channel }) => channel.startsWith('/meta/'))) {
      this.timeout = reply.advice?.timeout ?? this.timeout;
      this.ack = reply.ext?.ack ?? this.ack;
      if (reply.advice?.reconnect === 'handshake') this.clientId = undefined;
      requireSuccess(reply);
    }
  }

  /** Sends unless the session is being ended, and waits as long as the server may hold a poll. */
  send(messages) {
    const patient = AbortSignal.timeout(this.timeout + patience);
    return this.post(messages, { signal: AbortSignal.any([this.aborting.signal, patient]) });
  }

  async post(messages, options) {
    const body = JSON.stringify(messages.map((sent) => ({ ...sent, id: `${++this.messageId}` })));
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...this.headers, 'Content-Type': 'application/json' },
      body,
      ...options,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status} ${text}`);
    return JSON.parse(text);
  }
}

function requireSuccess({ channel, successful, error, advice }) {
  if (successful) return;
  const words = `${channel}: ${error}`;
  throw advice?.reconnect === 'none' ? new Refused(words) : new Error(words);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
