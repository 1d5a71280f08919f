import { driveHelper } from './load.mjs';
import { message, startHelper } from './processes.mjs';

/** The steps of a story, as bench/processes/customer-story.mjs has them. */
export const story = ['start', 'state', 'transition', 'end'];

/** Tells customers' stories to Context Services, from a process of its own. */
export class StoryClient {
  #child;

  static async start(closing) {
    return new StoryClient(await startHelper('customer-story', undefined, closing));
  }

  constructor(child) {
    this.#child = child;
  }

  /**
   * Keeps connections busy, each with one story after the other.
   * @param order `port`, `connections`, `told` (names of steps), `warmupMs`, `measureMs`
   * @returns steps a second, p50/p99/max in ms, answers that were not 2xx, and the CPU µs a step of
   *   server, PostgreSQL and client
   */
  drive(order, serverPid, postgresPid) {
    return driveHelper(this.#child, order, serverPid, postgresPid);
  }

  /** Tells steps at a fixed rate until `stopRate`; `order` as of `drive`, with `perSecond`. */
  async startRate(order) {
    this.#child.send({ kind: 'rate', ...order });
    await message(this.#child);
  }

  /** @returns how many steps were answered after the warm-up, p50/p99/max in ms, not 2xx */
  async stopRate() {
    this.#child.send({ kind: 'stop' });
    return message(this.#child);
  }
}
