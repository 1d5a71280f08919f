import { readArguments } from './lib/arguments.mjs';
import { cases } from './lib/cases.mjs';
import { Closing } from './lib/closing.mjs';
import { makeFolder } from './lib/folder.mjs';
import { machineFacts } from './lib/machine.mjs';
import { findPgbench, Pgbench } from './lib/pgbench.mjs';
import { startPostgres } from './lib/postgres.mjs';
import { writeSections } from './lib/sections.mjs';
import { table } from './lib/figures.mjs';
import { measureAgainst } from './parts/against.mjs';
import { measureAllocation } from './parts/allocation.mjs';
import { measureBreakdown } from './parts/breakdown.mjs';
import { measureComet } from './parts/comet.mjs';
import { measureCustomerHistory } from './parts/customer-history.mjs';
import { measureCustomerMaintenance } from './parts/customer-maintenance.mjs';
import { measureCustomerServices } from './parts/customer-services.mjs';
import { measureHostile } from './parts/hostile.mjs';
import { measureLarge } from './parts/hostile-large.mjs';
import { measureHttp } from './parts/http.mjs';
import { measureMatch } from './parts/match.mjs';
import { measureProfile } from './parts/profile.mjs';
import { measurePush } from './parts/push.mjs';
import { measurePushVendors } from './parts/push-vendors.mjs';
import { measureStart } from './parts/start.mjs';
import { measureSweep } from './parts/sweep.mjs';

/** A run that takes longer has gone wrong. */
const longestMs = 30 * 60_000;

const parts = {
  allocation: measureAllocation,
  sweep: measureSweep,
  start: measureStart,
  'push-match': measureMatch,
  push: measurePush,
  'push-vendors': measurePushVendors,
  comet: measureComet,
  'customer-services': measureCustomerServices,
  'customer-history': measureCustomerHistory,
  'customer-maintenance': measureCustomerMaintenance,
  hostile: measureHostile,
  'hostile-large': async (bench) => [await measureLarge(bench)],
  breakdown: measureBreakdown,
  profile: measureProfile,
  against: measureAgainst,
};

/** What runs when nothing is named. */
const usual = [...Object.keys(cases), 'allocation', 'sweep', 'start'];

/** Runs the parts named on the command line and prints what they measured. */
export async function main(words) {
  const closing = new Closing();
  closing.onSignals(longestMs);
  try {
    const chosen = readArguments(words, [...Object.keys(cases), ...Object.keys(parts)]);
    const names = chosen.parts.length > 0 ? chosen.parts : usual;
    await measure({ ...chosen, closing }, names);
  } finally {
    await closing.run();
  }
  // A pool's idle timer or a helper's channel must not keep a finished run alive.
  process.exit();
}

async function measure({ rounds, seconds, checkout, closing }, names) {
  const started = performance.now();
  const folder = await makeFolder(closing);
  const postgres = await startPostgres(folder, closing);
  const program = findPgbench();
  const pgbench = program && new Pgbench(program, postgres, folder);
  const configFile = writeSections(folder);
  const progress = (what) => {
    const at = ((performance.now() - started) / 1000).toFixed(0);
    process.stderr.write(`${at.padStart(4)} s  ${what}\n`);
  };
  const bench = {
    ...{ folder, postgres, pgbench, configFile, closing, rounds, seconds, checkout, progress },
  };
  print([...(await machineFacts(postgres, pgbench)), `- ${rounds} rounds of ${seconds} s`]);
  const goals = [];
  for (const run of runsOf(names)) {
    for (const report of await run(bench)) {
      print(report.lines);
      goals.push(...report.goals);
    }
  }
  if (goals.length > 0) print(['### Goals', '', goalTable(goals)]);
}

/** The cases over HTTP share servers and rounds; every other part is a run of its own. */
function runsOf(names) {
  const overHttp = names.filter((name) => name in cases);
  const others = names.filter((name) => name in parts).map((name) => parts[name]);
  return overHttp.length === 0 ? others : [(bench) => measureHttp(bench, overHttp), ...others];
}

function goalTable(goals) {
  const rows = goals.map(({ goal, value, reached }) => [goal, value, reached ? 'yes' : 'NO']);
  return table(['goal', 'measured', 'reached'], rows);
}

function print(lines) {
  console.log(`${lines.join('\n')}\n`);
}
