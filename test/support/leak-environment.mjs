import { TestEnvironment } from 'jest-environment-node';
import { setTimeout as delay } from 'node:timers/promises';
import { loadBuilt } from './built-modules.mjs';

/** What a forgetful test leaves behind; each of these keeps a process alive. */
const kinds = [
  'ChildProcess',
  'FSEventWrap',
  'MessagePort',
  'PipeWrap',
  'ProcessWrap',
  'StatWatcher',
  'TCPServerWrap',
  'TCPSocketWrap',
  'Timeout',
  'TLSWrap',
  'UDPWrap',
];

/** Closing takes the system a moment; what is still there after this many milliseconds leaked. */
const patience = 3000;

/**
 * A test file runs in a world of its own, with its own Error, Date and Map: what it throws into built modules, and
 * what it decorates for them, must be known there.
 */
const shared = {
  ...{ loadBuilt, Reflect, Date, Map, Set },
  ...{ Error, AggregateError, RangeError, SyntaxError, TypeError },
};

/** Fails a test file that leaves sockets, servers, child processes or running timers behind. */
export default class LeakEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, shared);
    this.before = await countResources();
  }

  async handleTestEvent(event) {
    // After the last afterAll of the file; what is thrown here fails the file.
    if (event.name !== 'run_finish') return;
    const deadline = Date.now() + patience;
    let left = this.leftovers(await countResources());
    while (left.length > 0) {
      if (Date.now() > deadline) throw new Error(report(left));
      await delay(25);
      left = this.leftovers(await countResources());
    }
  }

  leftovers(now) {
    return kinds
      .map((kind) => ({ kind, count: (now.get(kind) ?? 0) - (this.before.get(kind) ?? 0) }))
      .filter(({ count }) => count > 0);
  }
}

/** Counts by kind; always taken from inside a timer, so that before and after compare. */
async function countResources() {
  await delay(1);
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function report(left) {
  const words = left.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  return [`the test file left open: ${words}`, ...describeHandles()].join('\n  ');
}

/** Addresses of sockets and servers help to find who opened them. */
function describeHandles() {
  return process
    ._getActiveHandles()
    .filter((handle) => handle.hasRef?.() !== false)
    .map((handle) => {
      const name = handle.constructor.name;
      if (name === 'Server') return `server ${JSON.stringify(handle.address())}`;
      if (name === 'Socket' && handle.remotePort !== undefined) {
        return `socket ${handle.localPort} to ${handle.remoteAddress}:${handle.remotePort}`;
      }
      if (name === 'ChildProcess') return `process ${handle.pid}: ${handle.spawnargs.join(' ')}`;
      return undefined;
    })
    .filter((line) => line !== undefined);
}
