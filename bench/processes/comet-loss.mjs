import { setTimeout as delay } from 'node:timers/promises';
import { BlackHole } from './black-hole.mjs';
import { newAgent } from './bayeux-session.mjs';
import { inParallel, newPublisher, sessionOf } from './comet-traffic.mjs';

const sessionsOfRun = 20;
const messagesEach = 40;

/** Between two messages to the same user, ms. */
const pauseMs = 25;

/** A client that hears nothing for so long asks anew, ms. */
const givesUpAfterMs = 400;

/** What has not come by then, undisturbed, is lost, ms. */
const longestWaitMs = 8000;

/** What is done to sessions, or to what stands before their servers, while messages come. */
const disturbances = {
  /** Every held poll is reset by its client again and again. */
  async aborts(target) {
    const timers = [];
    return {
      target,
      begin: (sessions) => {
        for (const [index, session] of sessions.entries()) {
          timers.push(setInterval(() => session.abort(), 200 + 10 * index));
        }
      },
      end: () => timers.forEach(clearInterval),
    };
  },

  /** Answers are swallowed on their way, and neither side is told. */
  async holes(target) {
    const holes = target.ports.map((port) => new BlackHole(port));
    const ports = await Promise.all(holes.map((hole) => hole.listen()));
    return {
      target: { ...target, ports },
      begin: () => holes.forEach((hole) => (hole.isOpen = true)),
      end: () => holes.forEach((hole) => (hole.isOpen = false)),
      close: () => holes.forEach((hole) => hole.close()),
    };
  },

  /** Whoever asked for this kills a node meanwhile. */
  async none(target) {
    return { target, begin: () => undefined, end: () => undefined };
  },
};

/**
 * Sends messages to sessions that acknowledge, while something goes wrong, and counts. A
 * publisher that has no answer repeats with the same key, as docs/compatibility.md, Calls, asks.
 * @returns `sent`, `lost`, `doubled`, and how often polls and publishers had to try again
 */
export async function runLoss({ target, disturbance, users }) {
  const agent = newAgent();
  const trouble = await disturbances[disturbance](target);
  const sessions = Array.from({ length: sessionsOfRun }, (_, index) =>
    sessionOf(trouble.target, `${users}-${index}`, agent),
  );
  const counts = { repeatedPolls: 0, repeatedPublishes: 0 };
  const got = sessions.map((session) => receive(session));
  await inParallel(10, sessions, (session) => session.open());
  for (const session of sessions) {
    const onFault = () => counts.repeatedPolls++;
    void session.poll({ pauseMs: 10, waitMs: givesUpAfterMs, onFault });
  }
  trouble.begin(sessions);
  process.send({ started: true });
  const publish = newPublisher(target, agent);
  await Promise.all(sessions.map((session) => publishAll(session, publish, counts)));
  trouble.end();
  await settled(got);
  await inParallel(10, sessions, (session) => session.close());
  trouble.close?.();
  agent.destroy();
  return { ...tally(got), ...counts };
}

/** What a session gets: text → how often. */
function receive(session) {
  const copies = new Map();
  session.onMail = ({ message }) => copies.set(message, (copies.get(message) ?? 0) + 1);
  return copies;
}

async function publishAll({ user }, publish, counts) {
  for (let number = 0; number < messagesEach; number++) {
    const text = `${user}-${number}`;
    await untilTaken(() => publish(user, text, text), counts);
    await delay(pauseMs);
  }
}

async function untilTaken(attempt, counts) {
  for (let tries = 0; ; tries++) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (tries === 100) throw error;
      counts.repeatedPublishes++;
      await delay(50);
    }
  }
}

async function settled(got) {
  const limit = performance.now() + longestWaitMs;
  while (tally(got).lost > 0 && performance.now() < limit) await delay(50);
  // A second copy would come a little later.
  await delay(1000);
}

function tally(got) {
  const sent = got.length * messagesEach;
  const distinct = got.reduce((sum, copies) => sum + copies.size, 0);
  const all = got.flatMap((copies) => [...copies.values()]).reduce((sum, one) => sum + one, 0);
  return { sent, lost: sent - distinct, doubled: all - distinct };
}
