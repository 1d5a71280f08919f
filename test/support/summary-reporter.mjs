/** Says how the run went on a line of its own, the last one, for programs that read it. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    summarizeAtExit({
      passed: results.numPassedTests,
      // A file that could not run, or that left something open, counts as a failed test.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    });
  }
}

/** At the exit, so that nothing that jest or the teardown says can follow it. */
export function summarizeAtExit({ passed, failed, skipped }) {
  process.once('exit', () => {
    const skippedToo = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stdout.write(`${passed} passed, ${failed} failed${skippedToo}\n`);
  });
}
