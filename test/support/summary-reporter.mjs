import { relative } from 'node:path';

/** So many of the slowest files are named, of a run of more files than that. */
const slowest = 10;

/**
 * Says which files took longest, and how the run went on a line of its own, the last one, for programs
 * that read it.
 */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    sayTimes(results.testResults);
    summarizeAtExit({
      passed: results.numPassedTests,
      // A file that could not run, or that left something open, counts as a failed test.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    });
  }
}

function sayTimes(files) {
  if (files.length <= slowest) return;
  const times = files.map(({ testFilePath, perfStats: { start, end } }) => ({
    name: relative(process.cwd(), testFilePath),
    seconds: (end - start) / 1000,
  }));
  const sum = times.reduce((before, { seconds }) => before + seconds, 0);
  process.stdout.write(`\n${Math.round(sum)} s in ${files.length} files; longest:\n`);
  for (const { name, seconds } of times.sort((a, b) => b.seconds - a.seconds).slice(0, slowest)) {
    process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${name}\n`);
  }
}

/** At the exit, so that nothing that jest or the teardown says can follow it. */
export function summarizeAtExit({ passed, failed, skipped }) {
  process.once('exit', () => {
    const skippedToo = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stdout.write(`${passed} passed, ${failed} failed${skippedToo}\n`);
  });
}
