import { describe, expect, it } from '@jest/globals';
import {
  call,
  expectRefusal,
  fresh,
  read,
  snapshot,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Tenants and roles: the headers ContactCenterId and GroupId partition data
const server = useTestServer();

type Headers = Record<string, string>;

/** Ten tenants, each another than all others. */
const tenants: Headers[] = [
  {},
  { ContactCenterId: 'a' },
  { GroupId: 'a' },
  { ContactCenterId: 'a', GroupId: 'a' },
  { ContactCenterId: 'A' },
  { ContactCenterId: 'ab', GroupId: 'c' },
  { ContactCenterId: 'a', GroupId: 'bc' },
  { ContactCenterId: '%' },
  { ContactCenterId: 'null' },
  { ContactCenterId: 'x'.repeat(255), GroupId: 'y'.repeat(255) },
];

describe('a tenant', () => {
  it('lists its own services alone', async () => {
    const [customer_id, contact_key] = [fresh(), fresh()];
    for (const path of [
      `/customers/${customer_id}/services`,
      `/services/anonymous/${contact_key}`,
    ]) {
      const body = path.startsWith('/customers') ? { customer_id } : { contact_key };
      const own: string[] = [];
      for (const headers of tenants) own.push(await startService(server, body, headers));
      for (const [n, headers] of tenants.entries()) {
        for (const sub of ['', '/active']) {
          expect(await read(server, path + sub, headers)).toMatchObject([{ service_id: own[n] }]);
        }
        expect(await read(server, `${path}/completed`, headers)).toEqual([]);
      }
    }
  });

  it('finds and makes its own in a composite start', async () => {
    const services = [{ service: { contact_key: fresh() }, state: {}, task: {} }];
    const compose = async (headers: Headers): Promise<any> => {
      const path = '/services_composite/start';
      return (await succeed(200, server, 'POST', path, { services }, headers)).json.services[0];
    };
    const made: any[] = [];
    for (const headers of tenants) made.push(await compose(headers));
    expect(made.map(({ service }) => service.created)).toEqual(tenants.map(() => true));
    for (const [n, headers] of tenants.entries()) {
      const { service_id } = made[n].service;
      expect((await compose(headers)).service).toEqual({ service_id, created: false });
    }
  });

  it('cannot see or touch what is another’s', async () => {
    const own = { ContactCenterId: 'own', GroupId: 'g' };
    const id = await startService(server, { contact_key: fresh() }, own);
    const state = await startState(server, id, {}, own);
    const task = await startTask(server, id, { state_id: state }, own);
    const path = `/services/${id}`;
    const calls: [string, string, object?][] = [
      ['GET', path],
      ['DELETE', path],
      ['PUT', path, { ttl: 60 }],
      ['POST', `${path}/end`, {}],
      ['POST', `/customers/c${path}`, {}],
      ['PUT', `${path}/extensions/n`, {}],
      ['PUT', `${path}/extensions/n/merge`, {}],
      ['POST', `${path}/states/start`, {}],
      ['POST', `${path}/states/transition`, { from: { state_id: state } }],
      ['POST', `${path}/tasks/start`, {}],
      ...['states', 'tasks'].flatMap((kind): [string, string, object?][] => {
        const item = `${path}/${kind}/${kind === 'states' ? state : task}`;
        return [
          ...['', '/active', '/completed'].map((sub): [string, string] => [
            ...(['GET', `${path}/${kind}${sub}`] as [string, string]),
          ]),
          ['GET', item],
          ['POST', `${item}/end`, {}],
          ['PUT', `${item}/extensions/n`, {}],
          ['PUT', `${item}/extensions/n/merge`, {}],
        ];
      }),
    ];
    const others = [...tenants, { ContactCenterId: 'own' }, { GroupId: 'g' }];
    const before = await snapshot(server);
    for (const headers of [...others, { ContactCenterId: 'g', GroupId: 'own' }]) {
      for (const [method, target, body] of calls) {
        const answer = await call(server, method, target, body, headers);
        expectRefusal(answer, 404, 'ServiceNotFound');
      }
    }
    expect(await snapshot(server)).toBe(before);
    for (const [method, target, body] of calls.filter(([method]) => method !== 'DELETE')) {
      const answer = await call(server, method, target, body, own);
      expect([method, target, Math.floor(answer.status / 100)]).toEqual([method, target, 2]);
    }
  });

  it('may not hang a task on a state of another', async () => {
    const state_id = await startState(server, await startService(server));
    const headers = { GroupId: 'other' };
    const id = await startService(server, { contact_key: fresh() }, headers);
    const answer = await call(server, 'POST', `/services/${id}/tasks/start`, { state_id }, headers);
    expectRefusal(answer, 404, 'StateNotFound');
  });
});

describe('the headers (decisions, Tenancy)', () => {
  it('count as absent when they are empty, and their names have no case', async () => {
    const plain = await startService(server);
    const empty = { ContactCenterId: '', GroupId: '' };
    expect(await read(server, `/services/${plain}`, empty)).toMatchObject({ service_id: plain });
    const id = await startService(server, { contact_key: fresh() }, { contactcenterid: 'cc' });
    const other = { CONTACTCENTERID: 'cc', groupid: '' };
    expect(await read(server, `/services/${id}`, other)).toMatchObject({ service_id: id });
  });

  it.each(['ContactCenterId', 'GroupId'])('%s has 255 characters at most', async (name) => {
    const headers = { [name]: 'x'.repeat(256) };
    const before = await snapshot(server);
    const started = await call(server, 'POST', '/services/start', { contact_key: 'k' }, headers);
    expectRefusal(started, 400, 'InvalidParameter', name);
    const listed = await call(server, 'GET', '/customers/c/services', undefined, headers);
    expectRefusal(listed, 400, 'InvalidParameter', name);
    expect(await snapshot(server)).toBe(before);
  });
});
