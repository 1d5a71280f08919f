import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  call,
  everything,
  fresh,
  read,
  rowsOf,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import type { TestResponse } from '../../support/http-client.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: all or nothing, nothing is half-written; two server processes
const servers = useServers();
let nodes: RunningServer[];
beforeAll(async () => {
  const database = await servers.database();
  const options = { database, env: { GMS_SWEEP_INTERVAL_MS: '3600000' } };
  nodes = await Promise.all([servers.spawn(options), servers.spawn(options)]);
});

/** So many calls at once, by turns over both servers. */
const together = <Result>(
  count: number,
  work: (node: RunningServer, n: number) => Promise<Result>,
) => Promise.all(Array.from({ length: count }, (_, n) => work(nodes[n % 2]!, n)));

const statuses = (answers: TestResponse[]): number[] =>
  answers.map(({ status }) => status).sort((a, b) => a - b);

const compose = (node: RunningServer, services: object[]) =>
  call(node, 'POST', '/services_composite/start', { services });

describe('composite starts of the same (find-or-create)', () => {
  it.each<[string, () => object]>([
    ['customer, type and contact key', () => ({ customer_id: fresh(), contact_key: fresh() })],
    ['customer without a type', () => ({ customer_id: fresh() })],
    ['anonymous contact', () => ({ contact_key: fresh(), service_type: 7 })],
  ])('%s, 30 at once, make one service, one state and one task', async (_name, ownerOf) => {
    for (let round = 0; round < 2; round++) {
      const owner = ownerOf();
      const typed = { state: { state_type: 's' }, task: { task_type: 1 } };
      const associate_state_task = round % 2 === 0;
      const element = { service: owner, ...typed, associate_state_task };
      const answers = await together(30, (node, n) => {
        const extension = { [`e${n}`]: n };
        return compose(node, [{ ...element, service: { ...owner, ...extension } }]);
      });
      expect(statuses(answers)).toEqual(Array(30).fill(200));
      const elements = answers.map(({ json }) => json.services[0]);
      for (const part of ['service', 'state', 'task']) {
        const ids = new Set(elements.map((each) => each[part][`${part}_id`]));
        const created = elements.filter((each) => each[part].created);
        expect([part, ids.size, created.length]).toEqual([part, 1, 1]);
      }
      const id = elements[0].service.service_id;
      expect(await rowsOf(nodes[0]!, id)).toEqual({ services: 1, states: 1, tasks: 1 });
      // Every one of them was answered 200, so that every extension is there.
      const shown = await read(nodes[1]!, `/services/${id}?extensions=*`);
      for (let n = 0; n < 30; n++) expect(shown).toHaveProperty(`e${n}`, n);
    }
  });

  it('in opposite orders block each other for ever in no case', async () => {
    for (let round = 0; round < 3; round++) {
      const elements = Array.from({ length: 6 }, () => ({
        ...{ service: { contact_key: fresh() }, state: {}, task: {} },
      }));
      const answers = await together(16, (node, n) =>
        compose(node, n % 4 < 2 ? elements : [...elements].reverse()),
      );
      expect(statuses(answers)).toEqual(Array(16).fill(200));
      const ids = new Set(
        answers.flatMap(({ json }) => json.services.map((each: any) => each.service.service_id)),
      );
      expect(ids.size).toBe(6);
    }
  });

  it('when what is there is due to be completed make one new service', async () => {
    const rounds = Array.from({ length: 3 }, async () => {
      const service = { contact_key: fresh() };
      const old = await startService(nodes[0]!, { ...service, auto_complete_after: 1 });
      await startState(nodes[0]!, old);
      await delay(1100);
      const answers = await together(16, (node) =>
        compose(node, [{ service, state: {}, task: {} }]),
      );
      expect(statuses(answers)).toEqual(Array(16).fill(200));
      const elements = answers.map(({ json }) => json.services[0]);
      for (const part of ['service', 'state', 'task']) {
        const ids = new Set(elements.map((each) => each[part][`${part}_id`]));
        const created = elements.filter((each) => each[part].created);
        expect([part, ids.size, created.length]).toEqual([part, 1, 1]);
      }
      const [{ service_id }] = await read(
        nodes[1]!,
        `/services/anonymous/${service.contact_key}/active`,
      );
      expect(service_id).not.toBe(old);
      const states = await read(nodes[1]!, `/services/${old}/states`);
      expect(states).toMatchObject([{ completed: { timestamp: expect.any(String) } }]);
    });
    await Promise.all(rounds);
  });

  it('and an end of what is found leave no state in a service that was never answered', async () => {
    for (let round = 0; round < 6; round++) {
      const service = { contact_key: fresh() };
      const id = await startService(nodes[0]!, service);
      const answers = await together(8, (node, n) =>
        n === 3
          ? call(node, 'POST', `/services/${id}/end`)
          : compose(node, [{ service, state: {} }]),
      );
      const made = answers.filter((_, n) => n !== 3).map(({ json }) => json.services[0]);
      expect(statuses(answers)).toEqual([...Array<number>(7).fill(200), 204]);
      const fresher = made.filter((each) => each.service.created);
      expect(fresher.length).toBeLessThanOrEqual(1);
      const others = new Set(made.map((each) => each.service.service_id)).size;
      expect(others).toBeLessThanOrEqual(2);
      const states = await read(nodes[1]!, `/services/${id}/states`);
      const here = made.filter((each) => each.service.service_id === id);
      expect(states).toHaveLength(Math.min(here.length, 1));
    }
  });
});

describe('transitions of one state (atomically)', () => {
  it('at once have one winner; all others are 409 and leave nothing', async () => {
    for (let round = 0; round < 6; round++) {
      const id = await startService(nodes[0]!);
      const from = await startState(nodes[0]!, id);
      const answers = await together(10, (node, n) =>
        call(node, 'POST', `/services/${id}/states/transition`, {
          ...{ from: { state_id: from, disposition: n }, to: { state_type: n }, n },
        }),
      );
      expect(statuses(answers)).toEqual([201, ...Array<number>(9).fill(409)]);
      const winner = answers.findIndex(({ status }) => status === 201);
      const states = await read(nodes[1]!, `/services/${id}/states?extensions=*`);
      expect(states).toHaveLength(2);
      const [old, next] = states;
      expect(old).toMatchObject({ state_id: from, disposition: winner });
      expect(next).toMatchObject({
        ...{ state_id: answers[winner]!.json.state_id, previous_state_id: from },
        ...{ state_type: winner, n: winner, started: old.completed },
      });
    }
  });

  it('and an end of it leave a state with one completion', async () => {
    for (let round = 0; round < 6; round++) {
      const id = await startService(nodes[0]!);
      const from = await startState(nodes[0]!, id);
      const path = `/services/${id}/states`;
      const answers = await together(6, (node, n) =>
        n % 3 === 0
          ? call(node, 'POST', `${path}/${from}/end`, { disposition: 'end' })
          : call(node, 'POST', `${path}/transition`, { from: { state_id: from } }),
      );
      const transitions = answers.filter((_, n) => n % 3 !== 0);
      const won = transitions.filter(({ status }) => status === 201);
      expect(won.length).toBeLessThanOrEqual(1);
      expect(statuses(transitions).at(-1)).toBe(409);
      expect(answers.filter((_, n) => n % 3 === 0).map(({ status }) => status)).toEqual([204, 204]);
      const states = await read(nodes[1]!, path);
      expect(states).toHaveLength(1 + won.length);
      expect(states[0]).toMatchObject({ state_id: from, disposition: 'end' });
    }
  });
});

describe('ends of one item (again: overwrites)', () => {
  it.each(['', 'states', 'tasks'])(
    'at once all succeed, and one of them is there whole: %s',
    async (kind) => {
      for (let round = 0; round < 4; round++) {
        const id = await startService(nodes[0]!);
        let path = `/services/${id}`;
        if (kind === 'states') path += `/states/${await startState(nodes[0]!, id)}`;
        if (kind === 'tasks') path += `/tasks/${await startTask(nodes[0]!, id)}`;
        const answers = await together(10, (node, n) =>
          call(node, 'POST', `${path}/end`, {
            ...{ disposition: n, disposition_desc: `${n}`, session_id: `${n}` },
            [`e${n}`]: n,
          }),
        );
        expect(statuses(answers)).toEqual(Array(10).fill(204));
        const shown = await read(nodes[1]!, `${path}?extensions=*`);
        expect(shown.disposition_desc).toBe(String(shown.disposition));
        expect(shown.completed.session_id).toBe(String(shown.disposition));
        for (let n = 0; n < 10; n++) expect(shown).toHaveProperty(`e${n}`, n);
      }
    },
  );
});

describe('writes of every kind on one service at once', () => {
  it.each<[string, object, number]>([
    ['plain', {}, 0],
    ['with a life of its own', { ttl: 600 }, 0],
    ['that will complete itself', { auto_complete_after: 600 }, 0],
    ['whose completion is due', { auto_complete_after: 1 }, 1100],
  ])('all succeed: a service %s', async (_name, more, wait) => {
    for (let round = 0; round < 4; round++) {
      const service = { contact_key: fresh(), customer_id: fresh() };
      const id = await startService(nodes[0]!, { ...service, ...more });
      const state = await startState(nodes[0]!, id);
      const task = await startTask(nodes[0]!, id);
      await delay(wait);
      const path = `/services/${id}`;
      const kinds: [number, string, string, object?][] = [
        [201, 'POST', `${path}/states/start`, {}],
        [201, 'POST', `${path}/tasks/start`, { state_id: state }],
        [204, 'POST', `${path}/states/${state}/end`, { disposition: 1 }],
        [204, 'POST', `${path}/tasks/${task}/end`, { disposition: 1 }],
        [204, 'POST', `${path}/end`, { disposition: 1 }],
        [204, 'POST', `/customers/${service.customer_id}${path}`, { a: 1 }],
        [200, 'PUT', `${path}/extensions/b`, { b: 1 }],
        [200, 'PUT', `${path}/extensions/c/merge`, { c: 1 }],
        [200, 'PUT', `${path}/states/${state}/extensions/d`, { d: 1 }],
        [200, 'PUT', `${path}/tasks/${task}/extensions/e/merge`, { e: 1 }],
        [200, 'PUT', path, { ttl: 600 }],
        [200, 'GET', `${path}?${everything}`],
      ];
      const answers = await together(kinds.length * 3, (node, n) => {
        const [, method, target, body] = kinds[n % kinds.length]!;
        return call(node, method, target, body);
      });
      expect(answers.map(({ status }, n) => [kinds[n % kinds.length]![2], status])).toEqual(
        answers.map((_, n) => [kinds[n % kinds.length]![2], kinds[n % kinds.length]![0]]),
      );
      const shown = await read(nodes[1]!, `${path}?${everything}`);
      expect(shown).toMatchObject({ a: 1, b: { b: 1 }, c: { c: 1 }, disposition: 1 });
      const count = (items: unknown[]): number => items.length;
      expect(count([...shown.active_states, ...shown.completed_states])).toBe(4);
      expect(count([...shown.active_tasks, ...shown.completed_tasks])).toBe(4);
    }
  });
});

describe('extensions written at once (merge)', () => {
  it('are all there: merges into one, and others beside it', async () => {
    const id = await startService(nodes[0]!);
    const path = `/services/${id}/extensions`;
    const answers = await together(40, (node, n) =>
      n % 2 === Math.floor(n / 2) % 2
        ? call(node, 'PUT', `${path}/map/merge`, { [`k${n}`]: n })
        : call(node, 'PUT', `${path}/own${n}`, { n }),
    );
    expect(statuses(answers)).toEqual(Array(40).fill(200));
    const { map, ...others } = await read(nodes[1]!, `/services/${id}?extensions=*`);
    expect(Object.keys(map)).toHaveLength(20);
    expect(Object.keys(others).filter((name) => name.startsWith('own'))).toHaveLength(20);
  });
});

describe('associations of one service at once (associate or move)', () => {
  it('leave it with one customer, in one list', async () => {
    const customers = Array.from({ length: 8 }, () => fresh());
    const id = await startService(nodes[0]!);
    const answers = await together(8, (node, n) =>
      call(node, 'POST', `/customers/${customers[n]}/services/${id}`, { session_id: `${n}` }),
    );
    expect(statuses(answers)).toEqual(Array(8).fill(204));
    const shown = await read(nodes[0]!, `/services/${id}`);
    const winner = Number(shown.started.session_id);
    expect(shown.customer_id).toBe(customers[winner]);
    for (const [n, customer] of customers.entries()) {
      const listed = await read(nodes[1]!, `/customers/${customer}/services`);
      expect(listed).toHaveLength(n === winner ? 1 : 0);
    }
  });
});
