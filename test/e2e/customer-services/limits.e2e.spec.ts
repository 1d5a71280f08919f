import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  call,
  everything,
  expectRefusal,
  fresh,
  read,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { databaseRows } from '../../support/database-rows.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Fields: ranges of fields and times, at their ends
const servers = useServers();
let server: RunningServer;
beforeAll(async () => {
  // Neither the process nor the database is at home in UTC.
  const database = await servers.database();
  const [{ name }] = await databaseRows(
    { databaseUrl: database.url },
    'SELECT current_database() AS name',
  );
  await databaseRows(
    { databaseUrl: database.url },
    `ALTER DATABASE "${name}" SET timezone = 'America/St_Johns'`,
  );
  server = await servers.spawn({ database, env: { TZ: 'Asia/Kolkata' } });
});

/** Text that no compression makes shorter, of three bytes a character in UTF-8. */
const wide = (length: number): string =>
  String.fromCharCode(...Array.from({ length }, () => randomInt(0x4e00, 0x9fff)));

/** Text of two bytes a character, which a header can carry. */
const latin = (length: number): string =>
  String.fromCharCode(...Array.from({ length }, () => randomInt(0xc0, 0xff)));

describe('the longest of everything', () => {
  it('is stored, found and listed', async () => {
    const headers = { ContactCenterId: latin(255), GroupId: latin(255) };
    const [customer_id, contact_key] = [wide(255), wide(255)];
    const service = { customer_id, contact_key, service_type: wide(255), [wide(255)]: 1 };
    const typed = { state: { state_type: wide(255) }, task: { task_type: wide(255) } };
    const services = [{ service, ...typed, associate_state_task: true }];
    const path = '/services_composite/start';
    const compose = async (): Promise<any> =>
      (await succeed(200, server, 'POST', path, { services }, headers)).json.services[0];
    const made = await compose();
    expect((await compose()).service).toEqual({ ...made.service, created: false });
    const listed = `/customers/${encodeURIComponent(customer_id)}/services?${everything}`;
    const [shown] = await read(server, listed, headers);
    expect(shown).toMatchObject({
      ...{ ...service, service_id: made.service.service_id },
      active_states: [{ ...typed.state, state_id: made.state.state_id }],
      active_tasks: [{ ...typed.task, task_id: made.task.task_id }],
    });
    const anonymous = await startService(server, { contact_key }, headers);
    const other = `/services/anonymous/${encodeURIComponent(contact_key)}/active`;
    expect(await read(server, other, headers)).toMatchObject([{ service_id: anonymous }]);
    expect(await read(server, other)).toEqual([]);
  });

  it('numbers go to their ends', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const event = { application_id: -most, resource_id: String(most) };
    const seconds = { est_duration: 2147483647, auto_complete_after: 2147483647 };
    const id = await startService(server, {
      ...{ contact_key: fresh(), ...event, ...seconds, ttl: '2147483647', media_type: 1e308 },
    });
    expect(await read(server, `/services/${id}`)).toMatchObject({
      est_duration: 2147483647,
      started: { application_id: -most, resource_id: most, media_type: 1e308 },
    });
    const state = await startState(server, id, { previous_state_id: String(most) });
    const shown = await read(server, `/services/${id}/states/${state}`);
    expect(shown.previous_state_id).toBe(most);
  });
});

describe('times (ISO 8601, answered in UTC with milliseconds)', () => {
  it.each([
    ['2026-03-29T02:30:00.001Z', '2026-03-29T02:30:00.001Z'],
    ['2026-10-25T01:30:00.999+02:00', '2026-10-24T23:30:00.999Z'],
    ['2026-03-08T02:30:00-03:30', '2026-03-08T06:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['1883-11-18T12:03:58.123Z', '1883-11-18T12:03:58.123Z'],
    ['1000-01-01T00:00:00Z', '1000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s comes back as %s from every item, and filters by it', async (timestamp, instant) => {
    const customer_id = fresh();
    const id = await startService(server, { customer_id, timestamp });
    await startState(server, id, { timestamp });
    const task = await startTask(server, id, { timestamp });
    await succeed(204, server, 'POST', `/services/${id}/tasks/${task}/end`, { timestamp });
    const started = { timestamp: instant };
    expect(await read(server, `/services/${id}?${everything}`)).toMatchObject({
      ...{ started, active_states: [{ started }] },
      completed_tasks: [{ started, completed: started, duration: 0 }],
    });
    const next = new Date(Date.parse(instant) + 1);
    const path = `/customers/${customer_id}/services`;
    expect(await read(server, `${path}?started_from=${instant}`)).toHaveLength(1);
    expect(await read(server, `${path}?started_to=${instant}`)).toHaveLength(0);
    if (next.getUTCFullYear() < 10_000) {
      expect(await read(server, `${path}?started_to=${next.toISOString()}`)).toHaveLength(1);
    }
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-23:59',
    '+275760-09-13T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-15T24:00:00Z',
  ])('%s is taken as what it says or refused by name', async (timestamp) => {
    const answer = await call(server, 'POST', '/services/start', { contact_key: 'k', timestamp });
    if (answer.status !== 201) {
      expectRefusal(answer, 400, 'InvalidParameter', 'timestamp');
      return;
    }
    const { started } = await read(server, `/services/${answer.json.service_id}`);
    expect(Date.parse(started.timestamp)).toBe(Date.parse(timestamp));
    const listed = await call(server, 'GET', `/services/anonymous/k?started_from=${timestamp}`);
    expect([200, 400]).toContain(listed.status);
  });

  it('of now is now, wherever process and database are', async () => {
    const before = Date.now();
    const id = await startService(server);
    await succeed(204, server, 'POST', `/services/${id}/end`);
    const after = Date.now();
    const { started, completed } = await read(server, `/services/${id}`);
    for (const { timestamp } of [started, completed]) {
      expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before - 50);
      expect(Date.parse(timestamp)).toBeLessThanOrEqual(after + 50);
    }
  });
});
