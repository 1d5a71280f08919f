import { processCpu, treeCpu } from './cpu.mjs';
import { end, message, startHelper } from './processes.mjs';

/** Sessions and publishers, in a process of their own. */
export class CometClient {
  #child;

  static async start(closing) {
    return new CometClient(await startHelper('comet-client', undefined, closing));
  }

  constructor(child) {
    this.#child = child;
  }

  /**
   * Sets up sessions, each of a user of its own, until all of them hold a poll.
   * @returns CPU µs of the server and of PostgreSQL
   */
  open(target, order, postgresPid) {
    return this.#measured(target, postgresPid, { kind: 'open', target, ...order });
  }

  /**
   * Publishes `count` messages, `inFlight` at a time, to each session in turn.
   * @returns CPU µs of server and PostgreSQL; p50 and p99 in ms from the publisher's request to
   *   the mail in the session; `lost`, `doubled`, `seconds`, `clientUs`
   */
  publish(target, order, postgresPid) {
    return this.#measured(target, postgresPid, { kind: 'publish', ...order });
  }

  /** Ends all sessions. */
  async close() {
    await this.#ask({ kind: 'close' });
  }

  /**
   * Counts what is lost and doubled while polls are disturbed (processes/comet-loss.mjs).
   * @param meanwhile called when the messages have begun
   */
  async loss(order, meanwhile) {
    await this.#ask({ kind: 'loss', ...order });
    const result = message(this.#child);
    result.catch(() => undefined);
    await meanwhile?.();
    return result;
  }

  /** Ends the process. */
  async stop() {
    await end(this.#child);
  }

  async #measured({ pids }, postgresPid, order) {
    const [server, postgres] = [sumCpu(pids), treeCpu(postgresPid)];
    const answer = await this.#ask(order);
    return {
      ...answer,
      serverUs: sumCpu(pids) - server,
      postgresUs: treeCpu(postgresPid) - postgres,
    };
  }

  #ask(order) {
    this.#child.send(order);
    return message(this.#child);
  }
}

function sumCpu(pids) {
  return pids.reduce((sum, pid) => sum + processCpu(pid), 0);
}
