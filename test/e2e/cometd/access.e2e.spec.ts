import { describe, expect, it } from '@jest/globals';
import { connect, endpoint, post, session } from '../../support/bayeux.js';
import { putSection } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, CometD, Messages: every request names its user, whatever its origin and
// transport
const server = useTestServer({
  config: { security: { cors_origins: ['https://shop.example'] } },
});

const preflight = (origin: string) =>
  server.request('OPTIONS', endpoint, {
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,gms_user',
    },
  });

describe('pages of other origins', () => {
  it('of the allow-list may send gms_user, with credentials', async () => {
    const { status, headers } = await preflight('https://shop.example');
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
    });
    expect(headers['access-control-allow-headers']).toMatch(/content-type.*gms_user/i);
    const answer = await post(
      server,
      'page',
      { channel: '/meta/handshake' },
      { headers: { Origin: 'https://shop.example' } },
    );
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
    });
    expect(answer.json).toMatchObject([{ successful: true }]);
  });

  it('that are not on it are allowed nothing', async () => {
    const { headers } = await preflight('https://other.example');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('a poll of a page that is held has the headers of its origin as well', async () => {
  const clientId = await session(server, 'page polls');
  const quiet = connect(clientId, { advice: { timeout: 100 } });
  const headers = { Origin: 'https://shop.example' };
  const answer = await post(server, 'page polls', quiet, { headers });
  expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
});

it('asks for a key where public calls need one, over HTTP and for a websocket', async () => {
  await putSection(server, 'security', { public_api_key: true });
  try {
    const answer = await post(server, 'keyless', { channel: '/meta/handshake' });
    expect([answer.status, answer.json.exception]).toEqual([401, 'Unauthorized']);
    const upgrade = await server.rawRequest(
      [
        `GET ${endpoint} HTTP/1.1`,
        ...['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='],
        ...['gms_user: keyless', '', ''],
      ].join('\r\n'),
    );
    expect(upgrade.status).toBe(401);
  } finally {
    await putSection(server, 'security', { public_api_key: false });
  }
});
