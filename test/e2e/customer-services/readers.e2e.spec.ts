import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  call,
  everything,
  fresh,
  read,
  startService,
  startState,
  succeed,
} from '../../support/customer-services.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: all or nothing, as readers on another server see it
const servers = useServers();
let writer: RunningServer;
let reader: RunningServer;
beforeAll(async () => {
  const database = await servers.database();
  [writer, reader] = await Promise.all([servers.start({ database }), servers.start({ database })]);
});

/** Reads by four until the work is done; returns how often something was seen. */
async function whileReading(look: () => Promise<void>, work: () => Promise<void>): Promise<number> {
  let looks = 0;
  let isDone = false;
  const looking = Array.from({ length: 4 }, async () => {
    for (; !isDone; looks++) await look();
  });
  const working = work().finally(() => (isDone = true));
  const ends = await Promise.allSettled([working, ...looking]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return looks;
}

describe('readers', () => {
  it('see of a chain of transitions one active state, its predecessors completed', async () => {
    const id = await startService(writer);
    let from = await startState(writer, id);
    const look = async (): Promise<void> => {
      const { active_states, completed_states } = await read(
        reader,
        `/services/${id}?${everything}`,
      );
      expect(active_states).toHaveLength(1);
      const last = completed_states.at(-1);
      expect(active_states[0].previous_state_id).toBe(last?.state_id);
      if (last !== undefined) expect(active_states[0].started).toEqual(last.completed);
      const listed = await read(reader, `/services/${id}/states`);
      expect(listed.filter((state: any) => state.completed === undefined)).toHaveLength(1);
    };
    const looks = await whileReading(look, async () => {
      for (let n = 0; n < 40; n++) {
        const path = `/services/${id}/states/transition`;
        const body = { from: { state_id: from } };
        from = (await succeed(201, writer, 'POST', path, body)).json.state_id;
      }
    });
    expect(looks).toBeGreaterThan(10);
  });

  it('see what a composite start makes whole, or not at all', async () => {
    const contacts = Array.from({ length: 15 }, () => [fresh(), fresh()]);
    let next = 0;
    const look = async (): Promise<void> => {
      const [one, other] = contacts[Math.min(next, contacts.length - 1)]!;
      const second = await read(reader, `/services/anonymous/${other}?${everything}`);
      const first = await read(reader, `/services/anonymous/${one}?${everything}`);
      // The second is made with the first, so that it is never there alone.
      if (second.length > 0) expect(first).toHaveLength(1);
      for (const service of [...first, ...second]) {
        expect([service.active_states, service.active_tasks]).toEqual([
          ...[[expect.anything()], [expect.anything()]],
        ]);
      }
    };
    const looks = await whileReading(look, async () => {
      for (; next < contacts.length; next++) {
        const services = contacts[next]!.map((contact_key) => ({
          ...{ service: { contact_key }, state: {}, task: {}, associate_state_task: true },
        }));
        await succeed(200, writer, 'POST', '/services_composite/start', { services });
      }
    });
    expect(looks).toBeGreaterThan(10);
  });

  it('see a service that is deleted whole, or not at all', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 15; n++) {
      const service = { contact_key: fresh() };
      const services = [{ service, state: {}, task: {} }];
      const made = await succeed(200, writer, 'POST', '/services_composite/start', { services });
      ids.push(made.json.services[0].service.service_id as string);
    }
    let next = 0;
    const odd: string[] = [];
    const look = async (): Promise<void> => {
      const id = ids[Math.min(next, ids.length - 1)]!;
      const whole = await call(reader, 'GET', `/services/${id}?${everything}`);
      const isWhole =
        whole.status === 200 &&
        whole.json.active_states.length === 1 &&
        whole.json.active_tasks.length === 1;
      if (!isWhole && whole.status !== 404) odd.push(whole.text);
      const states = await call(reader, 'GET', `/services/${id}/states`);
      if (states.status === 200 && states.json.length !== 1) odd.push(states.text);
    };
    const looks = await whileReading(look, async () => {
      for (; next < ids.length; next++)
        await succeed(200, writer, 'DELETE', `/services/${ids[next]}`);
    });
    expect(odd).toEqual([]);
    expect(looks).toBeGreaterThan(5);
  });

  it('see service, states and tasks completed together when their time comes', async () => {
    const id = await startService(writer, { contact_key: fresh(), auto_complete_after: 1 });
    await startState(writer, id);
    for (let seen = ''; seen !== 'completed';) {
      const service = await read(reader, `/services/${id}?${everything}`);
      seen = service.completed === undefined ? 'active' : 'completed';
      expect(service[`${seen}_states`]).toHaveLength(1);
    }
  });
});
