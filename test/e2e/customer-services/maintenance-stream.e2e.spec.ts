import { beforeEach, describe, expect, it } from '@jest/globals';
import { serviceIdOf } from '../../../src/modules/customer-services/domain/service-id.js';
import { databaseRows } from '../../support/database-rows.js';
import { useTestServer } from '../../support/use-servers.js';
import {
  removeServices,
  storeMany,
  type StoredService,
  storeServices,
  tenantOf,
} from './stored-services.js';

// docs/operations/context-services-maintenance.md, Stream
const server = useTestServer();
const path = '/genesys/1/cs/maintenance/services/stream';

beforeEach(() => removeServices(server));

const stream = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  server.request('GET', `${path}?${new URLSearchParams(parameters).toString()}`, { headers });

async function streamed(parameters: Record<string, string>): Promise<unknown[]> {
  const answer = await stream(parameters);
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.anything()]);
  return answer.json as unknown[];
}

const at = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;

const auditOf = async (limit = 1): Promise<any[]> =>
  (await server.request('GET', `/genesys/1/cs/maintenance/audit?limit=${limit}`)).json as any[];

describe('GET /maintenance/services/stream', () => {
  it('answers a JSON array of ids, by the time of the start', async () => {
    const [second, first] = await storeServices(
      server,
      { customer: 'b', started: at(2) },
      { contact: 'a', started: at(1) },
    );
    const answer = await stream({ time_from: at(1) });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(answer.headers['cache-control']).toBe('no-cache, no-store');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.json).toEqual([first, second]);
  });

  it('answers an empty array when there is nothing', async () => {
    expect((await stream({ time_from: at(1) })).text).toBe('[]');
    await storeServices(server, { customer: 'a', started: at(1), completed: at(2) });
    expect(await streamed({ time_from: at(1), filter_state: 'active' })).toEqual([]);
    expect(await streamed({ time_from: at(3) })).toEqual([]);
    expect(await streamed({ time_from: at(2), time_to: at(1) })).toEqual([]);
  });

  it('answers whole services with export_content, with all lists and all extensions', async () => {
    const service: StoredService = {
      customer: 'Zoë',
      contact: 'tel:+1',
      type: 7,
      started: at(1),
      startedFields: { session_id: 's1', media_type: 'voice', application_id: 3 },
      est: 60,
      completed: at(2),
      completedFields: { disposition: 'sold', disposition_desc: 'two of them', media_type: 1 },
      extensions: { Feedback: { stars: [5] }, Nothing: null },
      states: [
        { type: 'hello', started: at(1), completed: at(2), extensions: { Note: 'a "quoted" ü\n' } },
        { type: 'bye', started: at(2), previous_state_id: 1 },
      ],
      tasks: [
        { type: 'call', started: at(1), state_id: 1 },
        { started: at(2), completed: at(3), completedFields: { disposition: 2 } },
      ],
    };
    const [id] = await storeServices(server, service);
    const [found] = (await streamed({ time_from: at(1), export_content: 'TRUE' })) as any[];
    expect(found).toEqual({
      service_id: id,
      service_type: 7,
      customer_id: 'Zoë',
      contact_key: 'tel:+1',
      started: { timestamp: at(1), session_id: 's1', media_type: 'voice', application_id: 3 },
      completed: { timestamp: at(2), media_type: 1 },
      duration: 86_400_000,
      est_duration: 60,
      disposition: 'sold',
      disposition_desc: 'two of them',
      Feedback: { stars: [5] },
      Nothing: null,
      active_states: [
        {
          state_id: expect.any(Number),
          state_type: 'bye',
          previous_state_id: 1,
          started: { timestamp: at(2) },
        },
      ],
      completed_states: [
        {
          state_id: expect.any(Number),
          state_type: 'hello',
          started: { timestamp: at(1) },
          completed: { timestamp: at(2) },
          duration: 86_400_000,
          Note: 'a "quoted" ü\n',
        },
      ],
      active_tasks: [
        {
          task_id: expect.any(Number),
          task_type: 'call',
          state_id: 1,
          started: { timestamp: at(1) },
        },
      ],
      completed_tasks: [
        {
          task_id: expect.any(Number),
          started: { timestamp: at(2) },
          completed: { timestamp: at(3) },
          duration: 86_400_000,
          disposition: 2,
        },
      ],
    });
  });
});

describe('which services are streamed (from-inclusive, to-exclusive)', () => {
  /** Names say when they start and end. */
  const stored = async (): Promise<(ids: unknown[]) => string[]> => {
    const services = {
      '1-3': { started: at(1), completed: at(3) },
      '1-': { started: at(1) },
      '3-5': { started: at(3), completed: at(5) },
      '3-9': { started: at(3), completed: at(9) },
      '4-': { started: at(4) },
      '5-': { started: at(5) },
    };
    const ids = await storeServices(
      server,
      ...Object.values(services).map((service) => ({ customer: 'x', ...service })),
    );
    const names = new Map(ids.map((id, index) => [id, Object.keys(services)[index]!]));
    return (found) => found.map((id) => names.get(id as string)!).sort();
  };

  it.each([
    ['any, as when nothing is said', {}, ['1-3', '3-5', '3-9', '4-']],
    ['any', { filter_events: 'any' }, ['1-3', '3-5', '3-9', '4-']],
    ['started', { filter_events: 'Started' }, ['3-5', '3-9', '4-']],
    ['completed', { filter_events: 'COMPLETED' }, ['1-3']],
    ['active', { filter_state: 'active' }, ['4-']],
    ['inactive', { filter_state: 'Inactive' }, ['1-3', '3-5', '3-9']],
    ['any state', { filter_state: 'any' }, ['1-3', '3-5', '3-9', '4-']],
    ['started and active', { filter_events: 'started', filter_state: 'active' }, ['4-']],
    [
      'started and inactive',
      { filter_events: 'started', filter_state: 'inactive' },
      ['3-5', '3-9'],
    ],
    ['completed and inactive', { filter_events: 'completed', filter_state: 'inactive' }, ['1-3']],
    ['completed and active', { filter_events: 'completed', filter_state: 'active' }, []],
  ])('filters: %s', async (_, filters, expected) => {
    const names = await stored();
    const range = { time_from: at(3), time_to: at(5) };
    expect(names(await streamed({ ...range, ...filters }))).toEqual(expected);
    const whole = (await streamed({ ...range, ...filters, export_content: 'true' })) as any[];
    expect(names(whole.map(({ service_id }) => service_id))).toEqual(expected);
  });

  it('without time_to has all from time_from on, each once', async () => {
    const names = await stored();
    expect(names(await streamed({ time_from: at(1) }))).toEqual(
      ['1-', '1-3', '3-5', '3-9', '4-', '5-'].sort(),
    );
    expect(names(await streamed({ time_from: at(3) }))).toEqual(['1-3', '3-5', '3-9', '4-', '5-']);
  });

  it('takes times with any offset, and a blank in the place of a plus', async () => {
    const [id] = await storeServices(server, { customer: 'a', started: '2026-03-01T10:00:00Z' });
    const to = '2026-03-01T10:00:00.001Z';
    for (const from of ['2026-03-01T12:00:00%2B02:00', '2026-03-01T12:00:00+02:00']) {
      const answer = await server.request('GET', `${path}?time_from=${from}&time_to=${to}`);
      expect([from, answer.json]).toEqual([from, [id]]);
    }
    const later = `${path}?time_from=2026-03-01T05:30:00.001-0430&time_to=2100-01-01T00:00:00Z`;
    expect((await server.request('GET', later)).json).toEqual([]);
  });

  it('counts an auto-completion that is due and not written down yet', async () => {
    const [due, later] = await storeServices(
      server,
      { customer: 'a', started: at(1), autoComplete: at(4), states: [{ started: at(1) }] },
      { customer: 'b', started: at(1), autoComplete: '2100-01-01T00:00:00Z' },
    );
    // As the sweeper finds them.
    await databaseRows(server, `UPDATE cs_service SET sweep_at = auto_complete_at`);
    const range = { time_from: at(4), time_to: at(5) };
    expect(await streamed({ ...range, filter_events: 'completed' })).toEqual([due]);
    expect(await streamed(range)).toEqual([due]);
    expect(await streamed({ time_from: at(1), filter_state: 'inactive' })).toEqual([due]);
    expect(await streamed({ time_from: at(1), filter_state: 'active' })).toEqual([later]);
    const [whole] = (await streamed({ ...range, export_content: 'true' })) as any[];
    expect(whole.completed).toEqual({ timestamp: at(4) });
    expect(whole.completed_states).toEqual([
      expect.objectContaining({ completed: { timestamp: at(4) } }),
    ]);
  });

  it('leaves out what has expired', async () => {
    await storeServices(server, { customer: 'a', started: at(1), expires: at(2) });
    expect(await streamed({ time_from: at(1) })).toEqual([]);
    expect(await streamed({ time_from: at(1), export_content: 'true' })).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    const [ours] = await storeServices(server, { customer: 'a', started: at(1) });
    const [theirs] = await storeServices(server, {
      ...{ customer: 'a', started: at(1), completed: at(1) },
      tenant: tenantOf('theirs'),
    });
    expect(await streamed({ time_from: at(1) })).toEqual([ours]);
    const headers = { ContactCenterId: 'theirs' };
    expect((await stream({ time_from: at(1) }, headers)).json).toEqual([theirs]);
    expect((await stream({ time_from: at(1) }, { GroupId: 'theirs' })).json).toEqual([]);
  });

  it('comes to the end of many services of one and the same moment', async () => {
    await storeMany(server, 4100);
    await databaseRows(
      server,
      `UPDATE cs_service SET started_at = '2026-01-01', completed_at = '2026-02-01', completed = '{}'`,
    );
    const all = await databaseRows(server, 'SELECT id FROM cs_service');
    const expected = all.map(({ id }) => serviceIdOf(id)).sort();
    const each: Record<string, string>[] = [
      {},
      { filter_events: 'completed' },
      { time_from: '2026-01-02T00:00:00Z' },
    ];
    for (const filters of each) {
      const ids = await streamed({ time_from: '2026-01-01T00:00:00Z', ...filters });
      expect(ids.sort()).toEqual(expected);
    }
  });

  it('finds the few among many that are asked for', async () => {
    await storeMany(server, 5000);
    await databaseRows(
      server,
      `UPDATE cs_service SET completed_at = '2026-01-02', completed = '{}'`,
    );
    const [id] = await storeServices(server, { customer: 'a', started: at(1) });
    const from = { time_from: '2026-01-01T00:00:00Z' };
    expect(await streamed({ ...from, filter_state: 'active' })).toEqual([id]);
    const whole = await streamed({ ...from, filter_state: 'active', export_content: 'true' });
    expect(whole).toEqual([expect.objectContaining({ service_id: id })]);
  });

  it('has large services whole, beside small ones', async () => {
    const large = 'ü'.repeat(700_000);
    await storeMany(server, 30);
    await storeMany(server, 4, { extra: large });
    const whole = (await streamed({
      ...{ time_from: '2026-01-01T00:00:00Z', export_content: 'true' },
    })) as any[];
    expect(whole).toHaveLength(34);
    expect(whole.filter(({ Extra }) => Extra === large)).toHaveLength(4);
  });
});

describe('malformed parameters (400 that names the field)', () => {
  it.each([
    ['', 'MissingParameter', 'time_from'],
    ['time_from=', 'MissingParameter', 'time_from'],
    ['time_from=yesterday', 'InvalidParameter', 'time_from'],
    ['time_from=2026-03-01', 'InvalidParameter', 'time_from'],
    ['time_from=2026-02-30T00:00:00Z', 'InvalidParameter', 'time_from'],
    ['time_from=2026-03-01T00:00:00', 'InvalidParameter', 'time_from'],
    ['time_from=1772323200000', 'InvalidParameter', 'time_from'],
    ['time_from=%00', 'InvalidParameter', 'time_from'],
    [`time_from=${at(1)}&time_from=${at(1)}`, 'InvalidParameter', 'time_from'],
    [`time_from=${at(1)}&time_to=never`, 'InvalidParameter', 'time_to'],
    [`time_from=${at(1)}&time_to=${at(1)}&time_to=${at(2)}`, 'InvalidParameter', 'time_to'],
    [`time_from=${at(1)}&filter_events=ended`, 'InvalidParameter', 'filter_events'],
    [`time_from=${at(1)}&filter_events=any&filter_events=any`, 'InvalidParameter', 'filter_events'],
    [`time_from=${at(1)}&filter_state=completed`, 'InvalidParameter', 'filter_state'],
    [`time_from=${at(1)}&export_content=yes`, 'InvalidParameter', 'export_content'],
    [`time_from=${at(1)}&export_content=1`, 'InvalidParameter', 'export_content'],
  ])('?%s', async (query, exception, field) => {
    const answer = await server.request('GET', `${path}?${query}`);
    expect([answer.status, answer.json]).toEqual([
      400,
      { exception, message: expect.stringMatching(new RegExp(`^${field} `)) },
    ]);
    expect(await auditOf()).toEqual([]);
  });

  it.each(['time_to', 'filter_events', 'filter_state', 'export_content'])(
    'an empty %s',
    async (name) => {
      const answer = await server.request('GET', `${path}?time_from=${at(1)}&${name}=`);
      expect([answer.status, answer.json.message]).toEqual([
        400,
        expect.stringMatching(new RegExp(`^${name} takes`)),
      ]);
    },
  );

  it('does not mind others', async () => {
    expect((await stream({ time_from: at(1), format: 'xml', x: '' })).text).toBe('[]');
  });

  it('refuses a tenant that is none', async () => {
    const headers = { ContactCenterId: 'x'.repeat(256) };
    expect((await stream({ time_from: at(1) }, headers)).json.exception).toBe('InvalidParameter');
  });
});

describe('GET /maintenance/audit (each audited)', () => {
  it('has every stream with its parameters, who asked, and how many there were', async () => {
    await storeServices(
      server,
      { customer: 'a', started: at(1) },
      { customer: 'b', started: at(1) },
    );
    await streamed({ time_from: at(1), time_to: at(2), filter_events: 'STARTED' });
    const [entry] = await auditOf();
    expect(entry).toEqual({
      id: expect.any(Number),
      operation: 'stream',
      parameters: {
        time_from: at(1),
        time_to: at(2),
        filter_events: 'started',
        filter_state: 'any',
        export_content: false,
      },
      who: 'address:127.0.0.1',
      begun: expect.stringMatching(/^\d{4}-.*Z$/),
      ended: expect.stringMatching(/^\d{4}-.*Z$/),
      services: 2,
      outcome: 'completed',
    });
  });

  it('shows the newest first, of the tenant, as many as asked for', async () => {
    for (const day of [1, 2, 3]) await streamed({ time_from: at(day) });
    await stream({ time_from: at(4) }, { GroupId: 'theirs' });
    const days = (await auditOf(100)).map(({ parameters }) => parameters.time_from);
    expect(days).toEqual([at(3), at(2), at(1)]);
    expect(await auditOf(2)).toHaveLength(2);
    const theirs = await server.request('GET', '/genesys/1/cs/maintenance/audit', {
      headers: { GroupId: 'theirs' },
    });
    expect(theirs.json).toHaveLength(1);
  });

  it.each(['', '0', '1001', '-1', 'all', '1.5', '1&limit=1'])('refuses limit=%s', async (limit) => {
    const answer = await server.request('GET', `/genesys/1/cs/maintenance/audit?limit=${limit}`);
    expect([answer.status, answer.json.message]).toEqual([400, expect.stringMatching(/^limit /)]);
  });
});

describe('HEAD', () => {
  it('answers the head of the stream alone', async () => {
    await storeServices(server, { customer: 'a', started: at(1) });
    const answer = await server.request('HEAD', `${path}?time_from=${at(1)}`);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await server.request('HEAD', path)).status).toBe(400);
  });
});
