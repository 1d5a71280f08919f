import { freeNumbers, population, unmatch } from './population.mjs';
import { bookingSeconds } from './sections.mjs';
import { scriptOf } from './pgbench.mjs';

const { areas, areaPrefix, servicePrefix, first, code, keys, readKey } = population;

/** As long as a UUID, and never the same twice. */
const newId = `('00000000-0000-4000-a' || :n)`;
const setNewId = '\\set n random(1000000000000000, 9999999999999999)\n';

const texts = {
  keys: `{${keys.join(',')}}`,
  values:
    '{Jane,question about an invoice,"the caller has been with us since 2009; asks why the invoice of May has two fees"}',
  codes: `{${Array.from({ length: 64 }, (_, index) => 100_000 + index).join(',')}}`,
};

/**
 * The operations whose figures are taken over HTTP. `requests` names what the load client sends;
 * `script` is the same for pgbench, of the server's own statements; `before` makes every
 * measurement start from the same state; `transactions` is how many pgbench makes where it cannot
 * go on until the time is over, because each uses something up.
 */
export const cases = {
  create: {
    title: 'storage create, three keys, form',
    requests: { name: 'create' },
    goals: { ratio: 0.6, serverUs: 250 },
    variables: texts,
    script: (statements) =>
      `${setNewId}${scriptOf(statements['storage.create'], [newId, '3600', ':keys', ':values'])};\n`,
  },

  read: {
    title: 'storage read of one key',
    requests: { name: 'read' },
    goals: { ratio: 0.6, serverUs: 250 },
    variables: { key: readKey },
    script: (statements) => {
      const id = `('${areaPrefix}' || :n)`;
      const read = scriptOf(statements['storage.readOne'], [id, 'NULL', ':key']);
      return `\\set n random(${first + 1}, ${first + areas})\n${read};\n`;
    },
  },

  'request-interaction': {
    title: 'request-interaction, number locked, with code',
    requests: { name: 'requestInteraction' },
    before: freeNumbers,
    variables: texts,
    script: requestInteractionScript,
  },

  match: {
    title: 'match-interaction by code',
    requests: { name: 'match' },
    before: unmatch,
    transactions: 8000,
    variables: { code },
    script: matchScript,
  },
};

function requestInteractionScript(statements) {
  const part = (name, values) => scriptOf(statements[name], values);
  const seconds = String(bookingSeconds);
  const name = `'request-interaction'`;
  const grant = [newId, `'bench'`, ':number', ':display', `'+14150000000'`, ':codes'];
  return [
    `${setNewId}START TRANSACTION;`,
    `${part('service.insert', [newId, name, name, newId, seconds])} \\gset`,
    `${part('storage.createBound', [newId, ':expiresAt'])};`,
    `${part('storage.writeTexts', [newId, 'NULL', '1000', ':keys', ':values'])};`,
    `${part('accessNumber.take', [`'bench'`, seconds, ':expiresAt'])} \\gset`,
    `${part('accessGrant.insert', [...grant, ':bookedUntil', ':expiresAt'])};`,
    'COMMIT;\n',
  ].join('\n');
}

/** Each client matches a stretch of its own; pgbench knows no order among clients. */
function matchScript(statements, { clients, transactions }) {
  const stretch = Math.floor(transactions / clients);
  const guess = ['(:n)::text', ':code', 'NULL'];
  const part = (name, values) => scriptOf(statements[name], values);
  return [
    '\\set i :i + 1',
    `\\set n ${first} + :client_id * ${stretch} + :i`,
    'START TRANSACTION;',
    `${part('accessGrant.candidates', [...guess, '1', `'{}'`])} \\gset`,
    `${part('service.lockAll', ['ARRAY[:owner_id]'])} \\gset`,
    `${part('accessGrant.lockBookedNumbers', ['ARRAY[:owner_id]'])} \\gset`,
    `${part('accessGrant.claim', [...guess, 'ARRAY[:owner_id]'])} \\gset`,
    'COMMIT;',
    `${scriptOf(statements['service.find'], [`('${servicePrefix}' || :n)`])};\n`,
  ].join('\n');
}
