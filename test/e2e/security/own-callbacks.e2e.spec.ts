import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useHttpSink, withHeaders } from '../../support/http-sink.js';
import { callback, deliveries, publish, subscribe } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, Calls out of the server: none can make this server command itself
const loopback = { allowed_callback_networks: ['127.0.0.0/8'] };
const server = useTestServer({ config: { security: loopback } });
const sink = useHttpSink();
const offline = '/genesys/1/admin/node/changestatus/OFFLINE';

let tags = 0;

/** Publishes to a callback, and waits until it was refused with this code. */
async function expectOutcome(url: string, code: string): Promise<void> {
  const tag = `self.${++tags}`;
  await subscribe(server, callback(url, tag));
  await publish(server, { tag, message: 'm' });
  await eventually(async () => {
    expect(await deliveries(server, `tag=${tag}`)).toMatchObject([{ code }]);
  });
}

const nodeStatus = async (): Promise<string> =>
  (await server.request('GET', '/genesys/1/admin/node/status')).text;

it('a callback to an address of this server itself performs no internal call', async () => {
  const { port } = new URL(server.url);
  for (const path of [offline, '/gms-web/gms/1/admin/node/changestatus/OFFLINE']) {
    await expectOutcome(`http://127.0.0.1:${port}${path}`, 'Status401');
  }
  expect(await nodeStatus()).toBe('ONLINE');
});

it('nor does a callback that is redirected there', async () => {
  for (const status of [302, 307]) {
    const Location = `${server.url}${offline}`;
    sink.answer(`/${status}`, withHeaders(status, { Location }));
    await expectOutcome(`${sink.url}/${status}`, 'Status401');
  }
  expect(await nodeStatus()).toBe('ONLINE');
});

it('whoever is called back can tell by Via that this server called', async () => {
  sink.answer('/called', 418);
  await expectOutcome(`${sink.url}/called`, 'Status418');
  expect(sink.at('/called')[0]?.headers.via).toBe('1.1 opengms');
});
