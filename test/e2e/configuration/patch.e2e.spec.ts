import { beforeEach, describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient, faultsIn, pathOf } from './config-client.js';

const group = { _allocation_strategy: 'CLUSTER', numbers: ['8003449999'] };
const service = { _type: 'builtin', _service: 'request-interaction', _resource_group: 'DNIS' };
const push = { pushEnabled: 'comet', 'httpcb.secret': 'hunter2', 'debug.httpcb.secret': 'hunter3' };
const mask = '********';

const server = useTestServer();
const config = new ConfigClient(server);

beforeEach(async () => {
  const sections = { storage: { max_keys: 7 }, 'resources.DNIS': group, push };
  const yaml = JSON.stringify({ ...sections, 'service.call': { ...service, _ttl: 60 } });
  expect((await config.import(yaml)).status).toBe(200);
});

// docs/compatibility.md, Configuration: PATCH changes the options named, null takes one back to its
// default
describe('PATCH of a section', () => {
  it('changes the options that it names, keeps the others where they stand, and answers with all', async () => {
    const { status, json } = await config.patch('resources.DNIS', {
      _allocation_strategy: 'RANDOM',
      _backup_resource: '0221',
    });
    const now = {
      _allocation_strategy: 'RANDOM',
      numbers: ['8003449999'],
      _backup_resource: '0221',
    };
    expect([status, json]).toEqual([200, now]);
    expect((await config.read('resources.DNIS')).json).toEqual(now);
    expect(Object.keys((await config.readAll()).json as object)).toEqual([
      ...['storage', 'resources.DNIS', 'push', 'service.call'],
    ]);
  });

  it('takes an option back to its default by null, written or not', async () => {
    const changes = { allow_client_ids: true, max_keys: null };
    expect((await config.patch('storage', changes)).json).toEqual({ allow_client_ids: true });
    expect((await config.patch('storage', { max_keys: null })).json).toEqual({
      allow_client_ids: true,
    });
    const form = { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6', g: '7', h: '8' };
    expect((await server.request('POST', '/genesys/1/storage/60', { form })).status).toBe(200);
  });

  it('writes a section of the server itself that nobody wrote', async () => {
    expect((await config.patch('cometd', { timeout: 50_000 })).json).toEqual({ timeout: 50_000 });
    expect((await config.patch('cometd', {})).json).toEqual({ timeout: 50_000 });
  });

  it('changes nothing when it names nothing', async () => {
    const before = (await config.audit('?limit=1')).json[0].id;
    expect((await config.patch('storage', {})).json).toEqual({ max_keys: 7 });
    expect((await config.audit('?limit=1')).json[0].id).toBe(before);
  });

  it('knows an option with and without its underscore as one', async () => {
    const { json } = await config.patch('service.call', { ttl: 90 });
    expect(json).toEqual({ ...service, ttl: 90 });
    expect((await config.patch('service.call', { _ttl: null })).json).toEqual(service);
    expect((await config.patch('service.call', { provide_code: null })).json).toEqual(service);
  });

  it('keeps secrets that it does not name, or names with their mask', async () => {
    const masked = { 'httpcb.secret': mask, 'debug.httpcb.secret': mask };
    const { json } = await config.patch('push', { pushEnabled: 'httpcb', 'httpcb.secret': mask });
    expect(json).toEqual({ pushEnabled: 'httpcb', ...masked });
    expect((await config.export('?secrets=true')).text).toContain('hunter2');
    expect((await config.export('?secrets=true')).text).toContain('hunter3');
    await config.patch('push', { 'debug.httpcb.secret': null });
    expect((await config.export('?secrets=true')).text).not.toContain('hunter3');
    expect(faultsIn(await config.patch('push', { 'debug.httpcb.secret': mask }))[0]).toBe(
      'section push, option debug.httpcb.secret: takes a secret',
    );
  });

  it('loses nothing of what others change at the same time', async () => {
    const changes = Object.entries({
      ...{ max_sessions_per_user: 21, max_queue: 1001, retention: 601 },
      ...{ max_interval: 61, timeout: 60_001 },
    });
    const answers = await Promise.all(
      changes.map(([name, value]) => config.patch('cometd', { [name]: value })),
    );
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    expect((await config.read('cometd')).json).toEqual(Object.fromEntries(changes));
  });

  it('is audited with what it made of the section', async () => {
    await config.patch('storage', { allow_client_ids: true });
    expect((await config.audit('?limit=1')).json).toMatchObject([
      {
        ...{ action: 'patch', actor: 'address:127.0.0.1', section: 'storage' },
        ...{ before: { max_keys: 7 }, after: { max_keys: 7, allow_client_ids: true } },
      },
    ]);
  });

  it('is refused as a whole, with every fault', async () => {
    const before = (await config.readAll()).text;
    const faults = faultsIn(
      await config.patch('resources.DNIS', {
        ...{ numbers: ['1'], _booking_expiration_timeout: 4, colour: null },
      }),
    );
    expect(faults.join('; ')).toBe(
      'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800; section resources.DNIS, option colour: is unknown; this section takes _allocation_strategy, _booking_expiration_timeout, _backup_resource, numbers',
    );
    const lost = await config.patch('service.call', { _resource_group: 'nowhere' });
    expect(lost.json.message).toContain('option _resource_group: names the resource group');
    const nope = await config.patch('service.call', { nope: null });
    expect(nope.json.message).toContain('option _nope: is unknown');
    expect((await config.readAll()).text).toBe(before);
  });

  it.each(['resources.nobody', 'servers', '__proto__', 'resources.'])(
    'answers 404 SectionNotFound for %j, which is not there',
    async (section) => {
      const { status, json } = await config.patch(section, { numbers: ['1'] });
      expect([status, json.exception]).toEqual([404, 'SectionNotFound']);
    },
  );

  it.each<[string, object, number, string]>([
    ['no body', {}, 400, 'InvalidBody'],
    ['a list', { json: [] }, 400, 'InvalidBody'],
    ['null', { json: null }, 400, 'InvalidBody'],
    ['a form', { form: { a: 'b' } }, 415, 'UnsupportedMediaType'],
  ])('refuses %s', async (_, options, status, exception) => {
    const response = await server.request('PATCH', pathOf('storage'), options);
    expect([response.status, response.json.exception]).toEqual([status, exception]);
  });
});
