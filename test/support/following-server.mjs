// The built application as a process that a test kills, with a module that follows the ends of comet
// sessions: it writes each one that it is told of into life_log. FOLLOWER says how it takes them:
// `hangs` never returns, `fails` throws the first time it is told of each, `takes` takes them.
import 'reflect-metadata';

const built = (path) => import(`../../dist/src/${path}`);
const { createApplication } = await built('application.js');
const { readEnvironment } = await built('core/config/environment.js');
const { Database, statement } = await built('core/database/index.js');
const { CometSessionLife } = await built('modules/cometd/index.js');

const environment = readEnvironment(process.env);
const app = await createApplication(environment);
const database = app.get(Database, { strict: false });
const note = statement(
  'test.lifeLog',
  `INSERT INTO life_log (client_id, node, kind, ext) VALUES ($1, $2, $3, $4)
   RETURNING (SELECT count(*)::int FROM life_log WHERE client_id = $1) AS earlier`,
);
app.get(CometSessionLife, { strict: false }).register({
  ended: async ({ clientId, kind, ext }) => {
    const values = [clientId, environment.nodeId, kind, JSON.stringify(ext)];
    const { earlier } = await database.row(note, values);
    if (process.env.FOLLOWER === 'hangs') await new Promise(() => undefined);
    if (process.env.FOLLOWER === 'fails' && earlier === 0) throw new Error('not now');
  },
});
await app.listen(environment.port, environment.host);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
console.log(JSON.stringify({ msg: 'listening', url: await app.getUrl() }));
