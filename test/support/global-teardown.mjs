/** Runs after the last test, also when tests failed. */
export default async function globalTeardown() {
  await globalThis.stopTestPostgres();
  // A test that left something open has failed by now; it must not keep the run from ending too.
  setTimeout(() => process.exit(), 2000).unref();
}
