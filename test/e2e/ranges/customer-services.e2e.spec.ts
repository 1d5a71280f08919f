import { describe, expect, it } from '@jest/globals';
import {
  call,
  everything,
  fresh,
  startService,
  startState,
} from '../../support/customer-services.js';
import { expectMeant, forEach, instants, numbers, texts } from '../../support/range-values.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: malformed is 400 that names the field, never a 500
const server = useTestServer({ config: {} });
const gone = ['ServiceNotFound', 'StateNotFound', 'TaskNotFound', 'RouteNotFound'];

/** Everything that can be asked of a service afterwards; it ends with it. */
async function liveOn(id: string, field: string): Promise<void> {
  const path = `/services/${id}`;
  const calls: [method: string, path: string, body?: object][] = [
    ['GET', `${path}?${everything}`],
    ['POST', `${path}/states/start`, {}],
    ['POST', `${path}/tasks/start`, {}],
    ['PUT', `${path}/extensions/Order`, { a: 1 }],
    ['POST', `${path}/end`, {}],
    ['GET', `${path}?${everything}`],
    ['PUT', path, { ttl: 60 }],
    ['DELETE', path],
  ];
  // What is text in a row has nothing to overflow later.
  for (const [method, where, body] of valuesOf(field) === texts ? calls.slice(0, 1) : calls) {
    expectMeant(await call(server, method, where, body), field, ...gone);
  }
}

const startFields = [
  ...['ttl', 'auto_complete_after', 'est_duration', 'application_id', 'resource_id'],
  ...['expiration_time', 'timestamp'],
  ...['customer_id', 'contact_key', 'service_type', 'media_type', 'session_id', 'interaction_id'],
];

function valuesOf(field: string): readonly string[] {
  if (/_time$|^timestamp$/.test(field)) return instants;
  return /ttl|after|duration|application_id|resource_id/.test(field) ? numbers : texts;
}

describe('the start of a service', () => {
  it.each(startFields)('with any %s works on or names it', async (field) => {
    await forEach(valuesOf(field), async (value) => {
      const isNumber = valuesOf(field) === numbers;
      for (const written of isNumber ? [value, Number(value)] : [value]) {
        const body = { contact_key: fresh(), [field]: written };
        const answer = await call(server, 'POST', '/services/start', body);
        expectMeant(answer, field);
        if (answer.status === 201) await liveOn(answer.json.service_id, field);
      }
    });
  });
});

describe('what hangs on a service', () => {
  it.each(['timestamp', 'est_duration', 'previous_state_id', 'state_type'])(
    'with any %s works on or names it',
    async (field) => {
      const id = await startService(server);
      await forEach(valuesOf(field === 'previous_state_id' ? 'ttl' : field), async (value) => {
        const path = `/services/${id}/states`;
        const answer = await call(server, 'POST', `${path}/start`, { [field]: value });
        expectMeant(answer, field);
        const from = { state_id: answer.json.state_id ?? (await startState(server, id)) };
        const body = {
          from,
          to: { [field]: value },
          timestamp: field === 'timestamp' ? value : undefined,
        };
        expectMeant(await call(server, 'POST', `${path}/transition`, body), field, ...gone);
        const ended = await call(server, 'POST', `${path}/${from.state_id}/end`, {
          [field]: value,
        });
        expectMeant(ended, field);
      });
      expectMeant(await call(server, 'GET', `/services/${id}?${everything}`), '');
    },
  );

  it('with any id in its path is unknown at most', async () => {
    const id = await startService(server);
    await forEach([...numbers, ...texts], async (value) => {
      const part = encodeURIComponent(value.slice(0, 1000));
      for (const kind of ['states', 'tasks']) {
        expectMeant(await call(server, 'GET', `/services/${id}/${kind}/${part}`), '', ...gone);
        const end = await call(server, 'POST', `/services/${id}/${kind}/${part}/end`, {});
        expectMeant(end, '', ...gone);
      }
      expectMeant(await call(server, 'GET', `/services/${part}`), '', ...gone);
      expectMeant(await call(server, 'POST', `/customers/${part}/services/${id}`, {}), '', ...gone);
    });
  });
});

describe('a query', () => {
  it.each(['started_from', 'started_to', 'completed_from', 'completed_to'])(
    'with any %s answers or names it',
    async (field) => {
      await forEach(instants, async (value) => {
        const query = `${field}=${encodeURIComponent(value)}`;
        expectMeant(await call(server, 'GET', `/customers/kate/services?${query}`), field);
      });
    },
  );

  it.each(['size', 'index'])('with any %s answers or names it', async (field) => {
    await forEach(numbers, async (value) => {
      const query = `${field}=${encodeURIComponent(value)}`;
      for (const path of ['/customers/kate/services', '/services/anonymous/key/active']) {
        expectMeant(await call(server, 'GET', `${path}?${query}`), field);
      }
    });
  });

  it.each(['started_from', 'started_to', 'completed_from', 'completed_to', 'size', 'index'])(
    'with a %s that is empty, has a NUL, names too much or stands twice is 400 and names it',
    async (field) => {
      const good = /size|index/.test(field) ? '1' : '2030-01-31T12:00:00Z';
      const wrong = ['', '%00', `${good}%00`, '1'.padEnd(21, '0'), '-0001-01-01T00:00:00Z', '-1'];
      const queries = wrong.map((value) => `${field}=${value}`);
      queries.push(`${field}=${good}&${field}=${good}`);
      const of = `/services/${await startService(server, { contact_key: fresh() })}`;
      const lists = ['/customers/kate/services', '/services/anonymous/key/active'];
      for (const path of [...lists, `${of}/states`, `${of}/tasks/completed`]) {
        expect((await call(server, 'GET', `${path}?${field}=${good}`)).status).toBe(200);
        await forEach(queries, async (query) => {
          const answer = await call(server, 'GET', `${path}?${query}`);
          expect([query, answer.status]).toEqual([query, 400]);
          expect(answer.json.message).toContain(field);
        });
      }
    },
  );

  it('with any text in place of a word or a type answers or names it', async () => {
    await forEach(texts, async (text) => {
      const value = encodeURIComponent(text.slice(0, 1000));
      for (const field of ['service_types', 'extensions', 'active_states']) {
        const answer = await call(server, 'GET', `/customers/kate/services?${field}=${value}`);
        expectMeant(answer, field);
      }
    });
  });
});

describe('maintenance', () => {
  it('with any instant works on or names it', async () => {
    await forEach(instants, async (value) => {
      const time = encodeURIComponent(value);
      for (const field of ['time_from', 'time_to']) {
        const query = field === 'time_from' ? '' : `time_from=2026-01-01T00:00:00Z&`;
        const path = `/maintenance/services/stream?${query}${field}=${time}`;
        expectMeant(await call(server, 'GET', path), field);
      }
      const purge = { operation: 'purge.service.completed.anonymous', limit: value };
      expectMeant(await call(server, 'POST', '/maintenance/purge', purge), 'limit');
    });
  });
});

it('composite start with any instant or number works on or names it', async () => {
  await forEach([...instants, ...numbers], async (value) => {
    const service = { contact_key: fresh() };
    for (const field of ['timestamp', 'est_duration']) {
      const body = { services: [{ service, state: { [field]: value }, task: { [field]: value } }] };
      const answer = await call(server, 'POST', '/services_composite/start', body);
      expectMeant(answer, field);
    }
  });
  expect((await server.request('GET', '/readyz')).status).toBe(200);
});
