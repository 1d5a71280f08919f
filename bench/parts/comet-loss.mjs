import { setTimeout as delay } from 'node:timers/promises';
import { CometClient } from '../lib/comet-client.mjs';
import { cometServers } from '../lib/comet-servers.mjs';
import { table } from '../lib/figures.mjs';

/** When the messages have come for so long, one of two nodes is killed, ms. */
const killAfterMs = 1200;

const scenarios = {
  'polls aborted by their clients': { disturbance: 'aborts' },
  'answers swallowed on their way': { disturbance: 'holes' },
  'kill -9 of one of two nodes': { disturbance: 'none', kills: true },
};

/**
 * What is lost and what comes twice when something goes wrong, with acknowledgements where the
 * server has them. Ours are two nodes, and every request of a session goes to the other one.
 */
export async function measureLoss(bench) {
  const rows = [];
  let isFaultless = true;
  for (const [title, scenario] of Object.entries(scenarios)) {
    for (const name of Object.keys(cometServers)) {
      // A peer is one process: with it everything is gone.
      if (scenario.kills && name !== 'ours') continue;
      const counted = await measureScenario(bench, name, scenario);
      rows.push([title, name, ...columns.map((column) => counted[column])]);
      if (name === 'ours') isFaultless &&= counted.lost === 0 && counted.doubled === 0;
      bench.progress(`${title}: ${name}`);
    }
  }
  const lines = ['### comet: lost and doubled', '', table(header, rows)];
  const value = isFaultless ? 'nothing' : 'see the table';
  const goal = 'comet: nothing lost or doubled with acknowledgements';
  return { lines, goals: [{ goal, value, reached: isFaultless }] };
}

const header = ['', 'server', 'sent', 'lost', 'doubled', 'polls again', 'publishes again'];
const columns = ['sent', 'lost', 'doubled', 'repeatedPolls', 'repeatedPublishes'];

async function measureScenario(bench, name, { disturbance, kills }) {
  const target = await cometServers[name](bench, 2);
  const client = await CometClient.start(bench.closing);
  const users = `${disturbance}-${name}`;
  const counted = await client.loss({ target, disturbance, users }, async () => {
    if (!kills) return;
    await delay(killAfterMs);
    process.kill(target.pids[1], 'SIGKILL');
  });
  await client.stop();
  await target.stop();
  return counted;
}
