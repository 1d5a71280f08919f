import { describe, expect, it } from '@jest/globals';
import {
  at,
  base,
  call,
  expectRefusal,
  fresh,
  read,
  rowsOf,
  servicePattern,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { putSection } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations; Fields: services
const server = useTestServer();

const event = {
  session_id: 's'.repeat(32),
  interaction_id: 'i'.repeat(50),
  application_type: 'ivr',
  application_id: 7,
  resource_type: 12,
  resource_id: -9,
  media_type: 'vöice',
};

describe('POST /services/start', () => {
  it('answers 201 with the id alone and the absolute Location of the service', async () => {
    const contact_key = fresh();
    const answer = await succeed(201, server, 'POST', '/services/start', { contact_key });
    expect(answer.json).toEqual({ service_id: expect.stringMatching(servicePattern) });
    const { service_id } = answer.json;
    expect(answer.headers.location).toBe(`${server.url}${base}/services/${service_id}`);
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(answer.headers['cache-control']).toBe('no-cache, no-store');
    const followed = await server.request('GET', new URL(answer.headers.location!).pathname);
    expect(followed.json).toEqual({
      service_id,
      contact_key,
      started: { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
    });
  });

  it('gives the Location under server.external_url_base', async () => {
    await putSection(server, 'server', { external_url_base: 'https://gms.example.org/mobile' });
    const body = { contact_key: fresh() };
    const answer = await succeed(201, server, 'POST', '/services/start', body);
    await putSection(server, 'server', {});
    expect(answer.headers.location).toBe(
      `https://gms.example.org/mobile${base}/services/${answer.json.service_id}`,
    );
  });

  it('starts now unless told otherwise', async () => {
    const before = Date.now();
    const id = await startService(server);
    const after = Date.now();
    const { started } = await read(server, `/services/${id}`);
    expect(Date.parse(started.timestamp)).toBeGreaterThanOrEqual(before - 50);
    expect(Date.parse(started.timestamp)).toBeLessThanOrEqual(after + 50);
  });

  it('returns every field as given, of the event under started, the estimate lifted', async () => {
    const body = { customer_id: fresh(), contact_key: fresh(), service_type: 'sales' };
    const more = { est_duration: 90, ttl: 600, expiration_time: '2100-01-01T00:00:00Z' };
    const id = await startService(server, {
      ...{ ...body, ...event, ...more, timestamp: at(0), auto_complete_after: 500 },
    });
    expect(await read(server, `/services/${id}`)).toEqual({
      ...{ service_id: id, ...body, est_duration: 90 },
      started: { ...event, timestamp: at(0) },
    });
  });

  it('takes numbers as numeric text and customer and contact as numbers', async () => {
    const numbers = { application_id: '42', resource_id: '-1', est_duration: '0', ttl: '60' };
    const body = { ...numbers, customer_id: 12, contact_key: 0.5, timestamp: at(0) };
    const id = await startService(server, { ...body, auto_complete_after: '600' });
    expect(await read(server, `/services/${id}`)).toEqual({
      ...{ service_id: id, customer_id: '12', contact_key: '0.5', est_duration: 0 },
      started: { timestamp: at(0), application_id: 42, resource_id: -1 },
    });
  });

  it.each([7, '7', -1.5, 0, '', 'ünïcode 🙂', 'x'.repeat(255)])(
    'keeps the types of event and service as given: %j',
    async (given) => {
      const body = { service_type: given, application_type: given, media_type: given };
      const id = await startService(server, {
        ...{ ...body, resource_type: given, contact_key: fresh() },
      });
      expect(await read(server, `/services/${id}`)).toMatchObject({
        service_type: given,
        started: { application_type: given, media_type: given, resource_type: given },
      });
    },
  );

  it.each([
    ['2026-01-15T10:00:00Z', '2026-01-15T10:00:00.000Z'],
    ['2026-01-15T10:00:00.5Z', '2026-01-15T10:00:00.500Z'],
    ['2026-01-15T10:00:00.123999Z', '2026-01-15T10:00:00.123Z'],
    ['2026-01-15T10:00:00+01:00', '2026-01-15T09:00:00.000Z'],
    ['2026-01-15T10:00:00.007+0530', '2026-01-15T04:30:00.007Z'],
    ['2026-01-15T00:00:00+01', '2026-01-14T23:00:00.000Z'],
    ['2026-12-31T23:59:59.999-00:30', '2027-01-01T00:29:59.999Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ])('reads the time %s as %s', async (timestamp, instant) => {
    const id = await startService(server, { contact_key: fresh(), timestamp });
    expect((await read(server, `/services/${id}`)).started).toEqual({ timestamp: instant });
  });

  it('takes null for absent in reserved fields', async () => {
    const nothing = Object.fromEntries(Object.keys(event).map((name) => [name, null]));
    const contact_key = fresh();
    const id = await startService(server, {
      ...{ ...nothing, contact_key, customer_id: null, service_type: null, est_duration: null },
      ...{ ttl: null, expiration_time: null, auto_complete_after: null, timestamp: null },
    });
    expect(await read(server, `/services/${id}?extensions=*`)).toEqual({
      ...{ service_id: id, contact_key, started: { timestamp: expect.any(String) } },
    });
  });

  it('ignores reserved names that mean nothing there, and makes no extension of them', async () => {
    const contact_key = fresh();
    const idle = { disposition: 1, disposition_desc: 'no', state_type: 'x', task_type: 'x' };
    const more = { previous_state_id: 1, state_id: 2, from: {}, to: {}, service_id: 'x' };
    const items = { task_id: 7, started: 'x', completed: {}, duration: 5, active_states: [1] };
    const lists = { completed_states: [], active_tasks: 'x', completed_tasks: 0 };
    const id = await startService(server, {
      ...{ ...idle, ...more, ...items, ...lists, contact_key, timestamp: at(0) },
    });
    expect(await read(server, `/services/${id}?extensions=*`)).toEqual({
      ...{ service_id: id, contact_key, started: { timestamp: at(0) } },
    });
  });

  it.each([{}, { customer_id: null, contact_key: null }, { service_type: 'sales' }])(
    'asks an anonymous one for its contact key: %j',
    async (body) => {
      const answer = await call(server, 'POST', '/services/start', body);
      expectRefusal(answer, 400, 'MissingParameter', 'contact_key');
    },
  );
});

describe('POST /services/{id}/end', () => {
  it('answers 204 and completes the service with the fields of the event', async () => {
    const id = await startService(server, { customer_id: 'c', timestamp: at(0) });
    await succeed(204, server, 'POST', `/services/${id}/end`, {
      ...{ ...event, timestamp: at(1.5), disposition: 'sold', disposition_desc: 'd'.repeat(64) },
    });
    expect(await read(server, `/services/${id}`)).toEqual({
      ...{ service_id: id, customer_id: 'c', started: { timestamp: at(0) } },
      completed: { ...event, timestamp: at(1.5) },
      ...{ duration: 1500, disposition: 'sold', disposition_desc: 'd'.repeat(64) },
    });
  });

  it('takes no body at all for an end now', async () => {
    const id = await startService(server);
    await succeed(204, server, 'POST', `/services/${id}/end`);
    const { started, completed, duration } = await read(server, `/services/${id}`);
    expect(completed).toEqual({ timestamp: expect.any(String) });
    expect(duration).toBe(Date.parse(completed.timestamp) - Date.parse(started.timestamp));
    expect(Math.abs(Date.parse(completed.timestamp) - Date.now())).toBeLessThan(10_000);
  });

  it('again replaces completed and the disposition fields as a whole', async () => {
    const id = await startService(server, { contact_key: fresh(), timestamp: at(0) });
    const end = (body: object) => succeed(204, server, 'POST', `/services/${id}/end`, body);
    await end({ timestamp: at(9), session_id: 's', disposition: 3, disposition_desc: 'x' });
    await end({ timestamp: at(4), media_type: 5, disposition_desc: 'y' });
    const service = await read(server, `/services/${id}`);
    expect(service).toMatchObject({ duration: 4000, disposition_desc: 'y' });
    expect(service.completed).toEqual({ timestamp: at(4), media_type: 5 });
    expect(service).not.toHaveProperty('disposition');
  });

  it('before the start is a 400 that changes nothing; at the start it is none', async () => {
    const id = await startService(server, { contact_key: fresh(), timestamp: at(5) });
    const early = { timestamp: at(4.999), disposition: 'early', note: 1 };
    const answer = await call(server, 'POST', `/services/${id}/end`, early);
    expectRefusal(answer, 400, 'InvalidParameter', 'timestamp');
    const service = await read(server, `/services/${id}?extensions=*`);
    expect(Object.keys(service).sort()).toEqual(['contact_key', 'service_id', 'started']);
    await succeed(204, server, 'POST', `/services/${id}/end`, { timestamp: at(5) });
    expect(await read(server, `/services/${id}`)).toMatchObject({ duration: 0 });
    const again = await call(server, 'POST', `/services/${id}/end`, early);
    expectRefusal(again, 400, 'InvalidParameter', 'timestamp');
    expect((await read(server, `/services/${id}`)).completed).toEqual({ timestamp: at(5) });
  });

  it('ignores the fields of a start', async () => {
    const contact_key = fresh();
    const id = await startService(server, { contact_key, service_type: 1, timestamp: at(0) });
    const start = { customer_id: 'other', contact_key: 'other', service_type: 'other', ttl: 'x' };
    const more = { est_duration: -5, auto_complete_after: 0, expiration_time: 'never' };
    await succeed(204, server, 'POST', `/services/${id}/end`, {
      ...{ ...start, ...more, timestamp: at(1) },
    });
    expect(await read(server, `/services/${id}?extensions=*`)).toEqual({
      ...{ service_id: id, contact_key, service_type: 1, started: { timestamp: at(0) } },
      ...{ completed: { timestamp: at(1) }, duration: 1000 },
    });
  });

  it('ends nothing that is inside, and the service still takes states and tasks', async () => {
    const id = await startService(server);
    const state_id = await startState(server, id);
    const task_id = await startTask(server, id, { state_id });
    await succeed(204, server, 'POST', `/services/${id}/end`);
    const later = await startState(server, id);
    const laterTask = await startTask(server, id);
    const path = `/services/${id}?active_states=true&active_tasks=true`;
    const { active_states, active_tasks } = await read(server, path);
    expect(active_states.map((one: any) => one.state_id)).toEqual([state_id, later]);
    expect(active_tasks.map((one: any) => one.task_id)).toEqual([task_id, laterTask]);
  });
});

describe('DELETE /services/{id}', () => {
  it('answers 200 with nothing, and everything of the service is gone', async () => {
    const id = await startService(server, { customer_id: fresh() });
    const state = await startState(server, id);
    const task = await startTask(server, id, { state_id: state });
    expect(await rowsOf(server, id)).toEqual({ services: 1, states: 1, tasks: 1 });
    expect((await succeed(200, server, 'DELETE', `/services/${id}`)).text).toBe('');
    expect(await rowsOf(server, id)).toEqual({ services: 0, states: 0, tasks: 0 });
    for (const path of ['', '/states', '/tasks', `/states/${state}`, `/tasks/${task}`]) {
      const answer = await call(server, 'GET', `/services/${id}${path}`);
      expectRefusal(answer, 404, 'ServiceNotFound');
    }
    expectRefusal(await call(server, 'DELETE', `/services/${id}`), 404, 'ServiceNotFound');
  });
});

describe('addresses', () => {
  it.each([
    '/genesys/1/cs/genesys/1/cs',
    '/gms-web/gms/1/cs',
    '/GMS-web/gms/1/cs',
    '/genesys/1/cs/',
  ])('%s is the same', async (prefix) => {
    const contact_key = fresh();
    const path = prefix.replace(/\/$/, '');
    const slash = prefix.endsWith('/') ? '/' : '';
    const started = await server.request('POST', `${path}/services/start${slash}`, {
      json: { contact_key },
    });
    const id = started.json.service_id;
    expect([started.status, started.headers.location]).toEqual([
      ...[201, `${server.url}${base}/services/${id}`],
    ]);
    const moved = await server.request('POST', `${path}/customers/c/services/${id}${slash}`);
    expect(moved.status).toBe(204);
    const shown = await server.request('GET', `${path}/services/${id}${slash}?extensions=*`);
    expect(shown.json).toMatchObject({ service_id: id, customer_id: 'c', contact_key });
  });
});
