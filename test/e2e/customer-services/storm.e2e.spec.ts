import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { at, call, everything, fresh } from '../../support/customer-services.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// contract: cs.md, "nothing is half-written"; every call at once on few services, two processes
const servers = useServers();
let nodes: RunningServer[];
beforeAll(async () => {
  const database = await servers.database();
  const options = { database, env: { GMS_SWEEP_INTERVAL_MS: '50' } };
  nodes = await Promise.all([servers.spawn(options), servers.spawn(options)]);
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

describe('a storm of every call on three contacts (cs.md)', () => {
  it('is answered as the contract says, never 5xx, and leaves no orphan', async () => {
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
