import { setTimeout as delay } from 'node:timers/promises';

/** Longer than the slowest thing to close may take, ms. */
const longestCloseMs = 20_000;

/** What a run has opened, to be closed in the reverse order, whatever ends the run. */
export class Closing {
  #closes = [];
  #done;

  /** Has `close` run at the end. */
  add(close) {
    this.#closes.push(close);
  }

  /** Closes everything, once; what fails is said on stderr and keeps nothing else open. */
  run() {
    this.#done ??= this.#closeAll();
    return this.#done;
  }

  /** Lets a signal, or the end of the longest time a run may take, end the run cleanly. */
  onSignals(longestMs) {
    const end = (why, status) => {
      process.stderr.write(`\nbench: ${why}\n`);
      void this.run().then(() => process.exit(status));
    };
    process.once('SIGINT', () => end('interrupted', 130));
    process.once('SIGTERM', () => end('terminated', 143));
    setTimeout(() => end(`not done after ${longestMs / 60_000} minutes`, 1), longestMs).unref();
  }

  async #closeAll() {
    for (const close of this.#closes.reverse()) {
      try {
        await inTime(close());
      } catch (error) {
        process.stderr.write(`bench: while closing: ${error.message}\n`);
      }
    }
  }
}

/** Whatever hangs must not keep what was opened before it open. */
function inTime(closed) {
  const late = delay(longestCloseMs, undefined, { ref: false }).then(() => {
    throw new Error(`something did not close within ${longestCloseMs} ms`);
  });
  return Promise.race([closed, late]);
}
