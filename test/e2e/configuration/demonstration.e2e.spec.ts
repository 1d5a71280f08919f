import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient } from './config-client.js';

const server = useTestServer();
const config = new ConfigClient(server);

// README.md, Sections and options: config/gms.yaml ships a working demonstration
describe('the demonstration configuration', () => {
  it('is what a new server has', async () => {
    const file = parse(await readFile('config/gms.yaml', 'utf8')) as Record<string, object>;
    expect((await config.readAll()).json).toEqual(file);
    expect(Object.keys((await config.readAll()).json)).toEqual(Object.keys(file));
  });

  it('has two resource groups', async () => {
    expect((await config.read('resources.DNIS')).json).toEqual({
      _allocation_strategy: 'CLUSTER',
      _booking_expiration_timeout: 30,
      numbers: Array.from({ length: 10 }, (_, last) => `800344999${last}`),
    });
    expect((await config.read('resources.paris')).json).toEqual({
      _allocation_strategy: 'RANDOM',
      numbers: ['33155559999'],
    });
  });

  it('has every built-in service', async () => {
    const call = (path: string, form: Record<string, string>) =>
      server.request('POST', `/genesys/1/service/${path}`, { form });
    const created = await call('request-interaction', {
      _phone_number: '5115',
      _provide_code: 'true',
    });
    expect([created.status, created.text]).toEqual([200, expect.stringContaining('8003449')]);
    const { _access_number, _access_code, _id } = created.json;
    const found = await call('match-interaction', { _access_number, _access_code });
    expect([found.status, found.json._id]).toEqual([200, _id]);
    const phone = await call('iPhoneService', { _phone_number: '5116' });
    expect(phone.status).toBe(200);
    const access = await call('request-access', {
      _id: phone.json._id,
      _resource_group: 'paris',
      _provide_code: 'true',
    });
    expect(access.json).toMatchObject({
      _access_number: '33155559999',
      _access_code: expect.stringMatching(/^\d{6}$/),
    });
  });

  it('has numbers for many callers at once', async () => {
    const calls = Array.from({ length: 8 }, (_, caller) =>
      server.request('POST', '/genesys/1/service/iPhoneService', {
        form: { _phone_number: `60${caller}` },
      }),
    );
    const numbers = (await Promise.all(calls)).map(({ json }) => json._access_number as string);
    expect(new Set(numbers).size).toBe(8);
    for (const number of numbers) expect(number).toMatch(/^800344999\d$/);
  });

  it('has match-interaction for the inside alone', async () => {
    const response = await server.request('POST', '/genesys/1/service/match-interaction', {
      form: { _access_number: '8003449999' },
      headers: { 'X-Forwarded-For': '203.0.113.9' },
    });
    expect(response.status).toBe(401);
  });

  it('lets calls out to the same machine', async () => {
    expect((await config.read('security')).json.allowed_callback_networks).toContain('127.0.0.0/8');
  });
});
