// A process that uses an embedded database as a server does; embedded-database.ts starts and speaks to it.
// Arguments: URL of the module, options without the log as JSON.
const [module, options] = process.argv.slice(2);
const { startEmbeddedPostgres } = await import(module);

const tell = (what) => process.send?.(what);
const say = (_detail, message) => tell({ log: message });

try {
  const log = { info: say, warn: say, error: say };
  const server = await startEmbeddedPostgres({ ...JSON.parse(options), log });
  process.once('message', async () => {
    await server.stop().then(
      () => tell({ stopped: true }),
      (error) => tell({ failed: error.message }),
    );
    process.disconnect();
  });
  const { url, port, adopted, folder } = server;
  tell({ started: { url, port, adopted, folder } });
} catch (error) {
  tell({ failed: error.message });
  process.disconnect();
}
