import { processCpu, treeCpu } from './cpu.mjs';
import { message, startHelper } from './processes.mjs';

/** The load client: a process of its own, so that what it costs is known. */
export class LoadClient {
  #child;

  static async start(closing) {
    return new LoadClient(await startHelper('load-client', undefined, closing));
  }

  constructor(child) {
    this.#child = child;
  }

  /**
   * Keeps connections busy, one request in flight on each, and measures after a warm-up.
   * @param order `port`, `requests` (name and options of a generator), `connections`, `warmup`
   *   (`ms` and `answers` at least), `measureMs`
   * @param serverPid whose processor time counts
   * @param postgresPid the postmaster
   * @returns requests a second, p50/p99/max in ms, answers that were not 2xx, and the CPU µs a
   *   request of server, PostgreSQL and client
   */
  drive(order, serverPid, postgresPid) {
    return driveHelper(this.#child, order, serverPid, postgresPid);
  }

  /** Sends requests at a fixed rate until `stopRate`. */
  async startRate(order) {
    this.#child.send({ kind: 'rate', ...order });
    await message(this.#child);
  }

  /**
   * Ends `startRate`.
   * @returns every request: when it was due (Unix time, ms), and how many ms later its answer was
   *   there; and how many answers were not 2xx
   */
  async stopRate() {
    this.#child.send({ kind: 'stop' });
    return message(this.#child);
  }
}

/** Has a helper keep connections busy, and reads processor times while it measures. */
export async function driveHelper(child, order, serverPid, postgresPid) {
  child.send({ kind: 'drive', ...order });
  await message(child);
  const before = used(serverPid, postgresPid);
  await message(child);
  const after = used(serverPid, postgresPid);
  const { answers, seconds, client, ...latencies } = await message(child);
  return {
    perSecond: answers / seconds,
    ...latencies,
    serverUs: (after.server - before.server) / answers,
    postgresUs: (after.postgres - before.postgres) / answers,
    clientUs: client / answers,
  };
}

function used(serverPid, postgresPid) {
  return { server: processCpu(serverPid), postgres: treeCpu(postgresPid) };
}
