import { describe, expect, it } from '@jest/globals';
import {
  at,
  call,
  expectRefusal,
  fresh,
  read,
  snapshot,
  startService,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: POST /customers/{customer_id}/services/{service_id}
const server = useTestServer();

const associate = (id: string, customer: string, body?: object) =>
  succeed(204, server, 'POST', `/customers/${encodeURIComponent(customer)}/services/${id}`, body);

const idsOf = async (path: string): Promise<string[]> =>
  (await read(server, path)).map((one: any) => one.service_id);

describe('association', () => {
  it('gives an anonymous service to a customer; its contact key stays', async () => {
    const [contact_key, customer_id] = [fresh(), fresh()];
    const id = await startService(server, { contact_key, timestamp: at(0) });
    expect(await idsOf(`/services/anonymous/${contact_key}`)).toEqual([id]);
    await associate(id, customer_id);
    expect(await read(server, `/services/${id}`)).toEqual({
      ...{ service_id: id, customer_id, contact_key, started: { timestamp: at(0) } },
    });
    expect(await idsOf(`/services/anonymous/${contact_key}`)).toEqual([]);
    expect(await idsOf(`/services/anonymous/${contact_key}/active`)).toEqual([]);
    expect(await idsOf(`/customers/${customer_id}/services`)).toEqual([id]);
    expect(await idsOf(`/customers/${customer_id}/services/active`)).toEqual([id]);
  });

  it('moves a service from one customer to another', async () => {
    const [first, second] = [fresh(), fresh()];
    const id = await startService(server, { customer_id: first });
    await associate(id, second, {});
    expect(await idsOf(`/customers/${first}/services`)).toEqual([]);
    expect(await idsOf(`/customers/${second}/services`)).toEqual([id]);
    await associate(id, second);
    expect(await idsOf(`/customers/${second}/services`)).toEqual([id]);
  });

  it('obeys the customer of the path against that of the body', async () => {
    const [customer, other] = [fresh(), fresh()];
    const id = await startService(server);
    await associate(id, customer, { customer_id: other });
    expect(await read(server, `/services/${id}`)).toMatchObject({ customer_id: customer });
    expect(await idsOf(`/customers/${other}/services`)).toEqual([]);
  });

  it('changes what the body gives of a start, and nothing else', async () => {
    const started = { timestamp: at(0), session_id: 'a', media_type: 1, resource_id: 5 };
    const id = await startService(server, {
      ...{
        contact_key: fresh(),
        service_type: 'old',
        est_duration: 5,
        ...started,
        kept: 1,
        note: 1,
      },
    });
    await associate(id, 'c', { session_id: 'b', est_duration: '9', note: { b: 2 } });
    const first = await read(server, `/services/${id}?extensions=*`);
    expect(first).toMatchObject({ service_type: 'old', est_duration: 9, kept: 1, note: { b: 2 } });
    expect(first.started).toEqual({ ...started, session_id: 'b' });
    const change = { service_type: 8, application_type: 'x', timestamp: '2026-01-14T23:00:00-02' };
    await associate(id, 'c', change);
    const second = await read(server, `/services/${id}?extensions=*`);
    expect(second).toMatchObject({ service_type: 8, est_duration: 9, note: { b: 2 } });
    expect(second.started).toEqual({
      ...{ ...started, session_id: 'b', application_type: 'x', timestamp: at(3600) },
    });
  });

  it('leaves the contact key alone, whatever the body says', async () => {
    const contact_key = fresh();
    const id = await startService(server, { contact_key });
    await associate(id, 'c', { contact_key: 'other' });
    expect(await read(server, `/services/${id}`)).toMatchObject({ customer_id: 'c', contact_key });
  });

  it('leaves the start alone when the body says no timestamp', async () => {
    const id = await startService(server, { contact_key: fresh(), timestamp: at(7) });
    await associate(id, 'c', { timestamp: null, interaction_id: 'i' });
    expect((await read(server, `/services/${id}`)).started).toEqual({
      ...{ timestamp: at(7), interaction_id: 'i' },
    });
  });

  it('takes a completed service, and leaves it completed', async () => {
    const customer = fresh();
    const id = await startService(server, { contact_key: fresh(), timestamp: at(0) });
    const end = { timestamp: at(5), disposition: 1 };
    await succeed(204, server, 'POST', `/services/${id}/end`, end);
    await associate(id, customer, { timestamp: at(2) });
    expect(await read(server, `/customers/${customer}/services/completed`)).toMatchObject([
      { completed: { timestamp: at(5) }, duration: 3000, disposition: 1 },
    ]);
  });

  it('does not move the start behind the end', async () => {
    const id = await startService(server, { contact_key: fresh(), timestamp: at(0) });
    await succeed(204, server, 'POST', `/services/${id}/end`, { timestamp: at(5) });
    const before = await snapshot(server);
    const body = { timestamp: at(5.001), note: 1 };
    const answer = await call(server, 'POST', `/customers/c/services/${id}`, body);
    expectRefusal(answer, 400, 'InvalidParameter', 'timestamp');
    expect(await snapshot(server)).toBe(before);
  });

  it.each(['é 🙂', 'a/b', 'a%b', '__proto__', 'constructor', '" or 1=1', '😀'.repeat(127)])(
    'takes the customer %j',
    async (customer) => {
      const id = await startService(server);
      await associate(id, customer);
      expect(await read(server, `/services/${id}`)).toMatchObject({ customer_id: customer });
      const path = `/customers/${encodeURIComponent(customer)}/services`;
      expect(await idsOf(path)).toEqual([id]);
    },
  );

  it('takes customers of 255 characters and no longer ones', async () => {
    const id = await startService(server);
    await associate(id, 'x'.repeat(255));
    const before = await snapshot(server);
    const path = `/customers/${'x'.repeat(256)}/services/${id}`;
    expectRefusal(await call(server, 'POST', path), 400, 'InvalidParameter', 'customer_id');
    expectRefusal(
      ...([await call(server, 'POST', `/customers/a%00/services/${id}`), 400] as const),
      ...(['InvalidText', 'customer_id'] as const),
    );
    expect(await snapshot(server)).toBe(before);
  });
});
