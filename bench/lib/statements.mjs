import { importBuilt } from './postgres.mjs';

/**
 * The server's own statements, so that the baselines always do the same: each repository is called
 * once on a database that only writes down what it is asked.
 * @returns name → `{ name, text }`
 */
export async function recordStatements() {
  const asked = [];
  const recorder = Object.fromEntries(
    ['rows', 'row', 'execute'].map((way) => [
      way,
      async (statement) => {
        asked.push(statement);
        return answers[way];
      },
    ]),
  );
  for (const call of calls(await repositories(recorder))) await call;
  return Object.fromEntries(asked.map((statement) => [statement.name, statement]));
}

const answers = { rows: [], row: {}, execute: 1 };

async function repositories(database) {
  const made = async (path, name) =>
    new (await importBuilt(`src/modules/${path}.js`))[name](database);
  return {
    areas: await made('storage/storage-area.repository', 'StorageAreaRepository'),
    entries: await made('storage/storage-entry.repository', 'StorageEntryRepository'),
    services: await made('services/service-instance.repository', 'ServiceInstanceRepository'),
    numbers: await made('access-resources/access-number.repository', 'AccessNumberRepository'),
    events: await made('notification/publish/event.repository', 'EventRepository'),
    grants: await made('access-resources/access-grant.repository', 'AccessGrantRepository'),
    customers: await made('customer-services/services/service.repository', 'ServiceRepository'),
    states: await made('customer-services/states/state.repository', 'StateRepository'),
    histories: await made(
      'customer-services/services/service-query.repository',
      'ServiceQueryRepository',
    ),
  };
}

/** One call for each statement that the measured operations consist of. */
function calls(repositories) {
  const { areas, entries, services, numbers, grants, events } = repositories;
  const { customers, states, histories } = repositories;
  const end = new Date();
  const target = { defaults: {} };
  return [
    areas.createWithTexts('', 1, new Map()),
    areas.createBound('', end),
    entries.readOne('', undefined, ''),
    entries.write('', new Map(), undefined, 1),
    services.insert({}, 1),
    services.find(''),
    numbers.take('', 1, end),
    grants.insert({ codes: [] }),
    grants.match({}),
    events.publish({ id: '', event: {}, key: undefined, terms: {}, mail: null }, [], []),
    customers.start(target, {}),
    customers.end(target, {}),
    states.start(target, {}),
    states.transition(target, { start: {}, end: {} }),
    histories.listOfCustomer('', '', {}, {}),
  ];
}
