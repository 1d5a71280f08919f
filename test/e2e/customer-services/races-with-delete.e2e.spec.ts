import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  at,
  call,
  everything,
  fresh,
  read,
  rowsOf,
  startService,
  startState,
} from '../../support/customer-services.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: nothing is half-written, DELETE and expiry; two server
// processes
const servers = useServers();
let nodes: RunningServer[];
beforeAll(async () => {
  const database = await servers.database();
  const options = { database, env: { GMS_SWEEP_INTERVAL_MS: '100' } };
  nodes = await Promise.all([servers.spawn(options), servers.spawn(options)]);
});

/** So many calls at once, by turns over both servers. */
const together = <Result>(
  count: number,
  work: (node: RunningServer, n: number) => Promise<Result>,
) => Promise.all(Array.from({ length: count }, (_, n) => work(nodes[n % 2]!, n)));

const statuses = (answers: TestResponse[]): number[] =>
  answers.map(({ status }) => status).sort((a, b) => a - b);

describe('DELETE while others write (nothing is half-written)', () => {
  it('has one winner, and leaves no orphan', async () => {
    for (let round = 0; round < 8; round++) {
      const id = await startService(nodes[0]!);
      const state = await startState(nodes[0]!, id);
      const path = `/services/${id}`;
      const deletes: TestResponse[] = [];
      const problems: unknown[] = [];
      let isGone = false;
      const writer = async (node: RunningServer, n: number): Promise<void> => {
        for (let i = 0; i < 8; i++) {
          const sentAfterGone = isGone;
          const target = n % 2 ? `${path}/tasks/start` : `${path}/states/start`;
          const body = n % 4 === 1 ? { state_id: state } : {};
          const { status, json } = await call(node, 'POST', target, body);
          if (status === 404) {
            isGone = true;
            if (json.exception !== 'ServiceNotFound') problems.push(json);
          } else if (status !== 201 || sentAfterGone) problems.push([status, json, sentAfterGone]);
        }
      };
      const remover = async (node: RunningServer): Promise<void> => {
        await call(node, 'GET', `${path}?${everything}`);
        const answer = await call(node, 'DELETE', path);
        isGone = true;
        deletes.push(answer);
      };
      await together(12, (node, n) => (n % 4 < 3 ? writer(node, n) : remover(node)));
      expect(problems).toEqual([]);
      expect(statuses(deletes)).toEqual([200, 404, 404]);
      expect(await rowsOf(nodes[0]!, id)).toEqual({ services: 0, states: 0, tasks: 0 });
    }
  });

  it('lets every 201 before it be seen', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await startService(nodes[0]!);
      let isDeleting = false;
      const missing: unknown[] = [];
      const writer = async (node: RunningServer, n: number): Promise<void> => {
        for (;;) {
          const made = await call(node, 'POST', `/services/${id}/states/start`, {});
          if (made.status !== 201) return;
          const path = `/services/${id}/states/${made.json.state_id}`;
          const seen = await call(nodes[(n + 1) % 2]!, 'GET', path);
          if (seen.status === 404 && !isDeleting) missing.push(made.json);
        }
      };
      const writing = together(6, writer);
      for (let n = 0; n < 5; n++) await read(nodes[0]!, `/services/${id}/states`);
      isDeleting = true;
      expect((await call(nodes[1]!, 'DELETE', `/services/${id}`)).status).toBe(200);
      await writing;
      expect(missing).toEqual([]);
      expect(await rowsOf(nodes[0]!, id)).toEqual({ services: 0, states: 0, tasks: 0 });
    }
  });
});

describe('DELETE while composite starts find the service (all or nothing)', () => {
  it('leaves whole services alone', async () => {
    const service = { contact_key: fresh() };
    const composer = async (node: RunningServer): Promise<any[]> => {
      const found: any[] = [];
      for (let i = 0; i < 15; i++) {
        const services = [{ service, state: {}, task: {} }];
        const answer = await call(node, 'POST', '/services_composite/start', { services });
        expect([answer.status, answer.text]).toEqual([200, answer.text]);
        found.push(answer.json.services[0].service);
        if (i % 3 === 0) await call(node, 'DELETE', `/services/${found.at(-1).service_id}`);
      }
      return found;
    };
    const found = (await together(8, composer)).flat();
    for (const id of new Set<string>(found.map(({ service_id }) => service_id))) {
      const created = found.filter((each) => each.service_id === id && each.created);
      expect(created).toHaveLength(1);
      const rows = await rowsOf(nodes[0]!, id);
      const none = { services: 0, states: 0, tasks: 0 };
      expect([none, { services: 1, states: 1, tasks: 1 }]).toContainEqual(rows);
    }
  });
});

describe('expiry and sweeper while others write (decisions, Life)', () => {
  it('leave no orphan behind a service whose life ends', async () => {
    const ids = await together(8, (node) => startService(node, { contact_key: fresh(), ttl: 1 }));
    await together(8, async (node, n) => {
      for (;;) {
        const kind = n % 2 ? 'tasks' : 'states';
        const { status } = await call(node, 'POST', `/services/${ids[n]}/${kind}/start`, {});
        if (status === 404) return;
        expect(status).toBe(201);
      }
    });
    for (const id of ids) {
      await eventually(async () => {
        expect(await rowsOf(nodes[0]!, id)).toEqual({ services: 0, states: 0, tasks: 0 });
      });
    }
  });
});

const contacts = [fresh(), fresh(), fresh()];

/** What the clients of the storm know: the services and states that they have been told of. */
const services: string[] = [];
const states: number[] = [1];

interface Random {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

const random: fc.Arbitrary<Random> = fc.record({
  ...{ kind: fc.nat({ max: 13 }), a: fc.nat({ max: 999 }), b: fc.nat({ max: 999 }) },
});

const lately = <Item>(items: Item[], n: number): Item => items.slice(-6).at(n % 6) ?? items.at(-1)!;

/** One call of any kind, on something that there is or was just now. */
async function strike(node: RunningServer, { kind, a, b }: Random): Promise<TestResponse> {
  const contact_key = contacts[a % 3]!;
  const service = `/services/${lately(services, b)}`;
  const state_id = lately(states, a);
  const post = (path: string, body: object) => call(node, 'POST', path, body);
  const life = b % 3 === 0 ? { ttl: 1 } : b % 3 === 1 ? { auto_complete_after: 1 } : {};
  const element = (key: string) => ({
    ...{ service: { contact_key: key, ...life, [`e${a}`]: b }, state: { state_type: b % 2 } },
    ...{ task: {}, associate_state_task: a % 2 === 0 },
  });
  const calls: (() => Promise<TestResponse>)[] = [
    () => post('/services_composite/start', { services: contacts.map(element) }),
    () => post('/services_composite/start', { services: [...contacts].reverse().map(element) }),
    () => post('/services_composite/start', { services: [element(contact_key)] }),
    () => post('/services/start', { contact_key, ...life }),
    () => post(`${service}/end`, b % 2 ? {} : { timestamp: at(0) }),
    () => post(`${service}/states/start`, {}),
    () => post(`${service}/states/transition`, { from: { state_id } }),
    () => post(`${service}/states/${state_id}/end`, {}),
    () => post(`${service}/tasks/start`, b % 2 ? {} : { state_id }),
    () => post(`/customers/${contact_key}${service}`, life),
    () => call(node, 'PUT', `${service}/extensions/map/merge`, { [`k${a}`]: b }),
    () => call(node, 'PUT', service, { ttl: 1 + (b % 3) }),
    () => call(node, 'DELETE', service),
    () => call(node, 'GET', `/services/anonymous/${contact_key}?${everything}`),
  ];
  return calls[kind]!();
}

function remember({ status, json }: TestResponse): void {
  const made = json.services ?? [{ service: json, state: json }];
  if (status > 201 || Array.isArray(json)) return;
  for (const { service, state } of made) {
    if (service.service_id !== undefined) services.push(service.service_id as string);
    if (state.state_id !== undefined) states.push(state.state_id as number);
  }
}

const orphans = () =>
  databaseRows(
    nodes[0]!,
    `SELECT service_id FROM cs_state UNION SELECT service_id FROM cs_task EXCEPT
     SELECT right(substring(s::text FROM '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'), 36)::uuid
       FROM cs_service s`,
  );

describe('a storm of every call on three contacts', () => {
  it('is answered as documented, never 5xx, and leaves no orphan', async () => {
    const first = await call(nodes[0]!, 'POST', '/services/start', { contact_key: contacts[0] });
    remember(first);
    const odd: unknown[] = [];
    const counts = new Map<number, number>();
    const client = async (n: number): Promise<void> => {
      for (const each of fc.sample(random, { seed: 1000 + n, numRuns: 30 })) {
        const answer = await strike(nodes[n % 2]!, each);
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
        if (![200, 201, 204, 400, 404, 409].includes(answer.status)) odd.push(answer.text);
        if (answer.status <= 201 && answer.text !== '') remember(answer);
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, n) => client(n)));
    expect(odd).toEqual([]);
    // The storm was one: much was done, and some was refused.
    expect(counts.get(201)!).toBeGreaterThan(20);
    expect(counts.get(404)!).toBeGreaterThan(0);
    expect(await orphans()).toEqual([]);
    await eventually(async () => {
      const [left] = await databaseRows(
        nodes[0]!,
        'SELECT count(*)::int AS count FROM cs_service WHERE expires_at <= now()',
      );
      expect(left.count).toBe(0);
    });
    expect(await orphans()).toEqual([]);
  });
});
