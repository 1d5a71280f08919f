import { afterEach, describe, expect, it } from '@jest/globals';
import { EdgeSettings } from '../../../src/modules/edge/index.js';
import { SecuritySettings } from '../../../src/modules/access-keys/index.js';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient, faultsIn } from './config-client.js';

const server = useTestServer({
  config: {
    server: { external_url_base: 'https://gms.example/base/' },
    security: { trusted_proxies: ['192.0.2.0/24'] },
  },
});
const config = new ConfigClient(server);

afterEach(async () => {
  await config.import('{}');
});

const storage = '/genesys/1/storage/60';

// README.md, Sections and options: the server's own sections
describe('the sections of the server itself', () => {
  it('are in force from the start', () => {
    expect(server.app.get(EdgeSettings).current.externalUrlBase).toBe('https://gms.example/base');
    expect(server.app.get(SecuritySettings).current).toMatchObject({
      trustedNetworks: ['127.0.0.0/8', '::1/128'],
      trustedProxies: ['192.0.2.0/24'],
      externalUrlBase: 'https://gms.example/base',
    });
  });

  it('reach those who need them with every change, all of them', async () => {
    await config.import(`
      server: { external_url_base: "http://a.example", max_body_size: "2048" }
      security:
        trusted_networks: ["127.0.0.1", "10.0.0.0/8"]
        trusted_proxies: ["::1"]
        public_api_key: "false"
        gms_user: JWT
        jwt_issuer: https://id.example
        jwt_audience: app
        jwt_jwks_url: https://id.example/keys
        cors_origins: ["https://WWW.example.com/"]
        rate_limit: { per_second: 7 }
    `);
    expect(server.app.get(EdgeSettings).current).toEqual({
      externalUrlBase: 'http://a.example',
      maxBodySizeBytes: 2048,
      maxTextSizeBytes: 1_048_576,
      maxBodyMemoryBytes: 268_435_456,
      gmsUser: 'jwt',
      jwtIssuer: 'https://id.example',
      jwtAudience: 'app',
      jwtJwksUrl: 'https://id.example/keys',
      corsOrigins: ['https://www.example.com'],
    });
    expect(server.app.get(SecuritySettings).current).toEqual({
      trustedNetworks: ['127.0.0.1', '10.0.0.0/8'],
      trustedProxies: ['::1'],
      publicApiKey: false,
      rateLimit: { perSecond: 7, burst: 400 },
      externalUrlBase: 'http://a.example',
    });
  });

  it('decide how large a body may be', async () => {
    const form = { a: 'x'.repeat(2000) };
    expect((await server.request('POST', storage, { form })).status).toBe(200);
    await config.put('server', { max_body_size: 1024 });
    expect((await server.request('POST', storage, { form })).status).toBe(413);
    await config.remove('server');
    expect((await server.request('POST', storage, { form })).status).toBe(200);
  });

  it('decide whether public calls need a key', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const form = { a: 'b' };
    expect((await server.request('POST', storage, { form, headers })).status).toBe(200);
    await config.put('security', { public_api_key: true });
    expect((await server.request('POST', storage, { form, headers })).status).toBe(401);
  });

  it('are refused when the memory of all bodies is less than one may take', async () => {
    const words =
      'section server, option max_body_memory: takes at least as much as max_body_size, 10485760';
    const least = { max_body_memory: 10_485_760 };
    expect(faultsIn(await config.put('server', { max_body_memory: 10_485_759 }))).toEqual([words]);
    expect(faultsIn(await config.import('server: { max_body_memory: 1048576 }'))).toEqual([words]);
    expect((await config.put('server', least)).status).toBe(200);
    const patched = await server.request('PATCH', '/genesys/1/admin/config/sections/server', {
      json: { max_body_size: 10_485_761 },
    });
    expect(faultsIn(patched)).toEqual([words.replace('10485760', '10485761')]);
    expect((await config.read('server')).json).toEqual(least);
  });

  it('are refused with gms_user jwt and no address of the keys', async () => {
    expect(faultsIn(await config.put('security', { gms_user: 'jwt' }))).toEqual([
      'section security, option jwt_jwks_url: takes an http or https URL when gms_user is jwt',
    ]);
  });
});
