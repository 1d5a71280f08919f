import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { putSection } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

const chain = [
  ...['push', 'push.provider.event', 'push.provider.event.internal'],
  ...['push.provider.event.internal.advanced', 'push.provider.event.A2C'],
  ...['push.provider.event.A2C.service', 'push.provider.event.A2C.service.statuschanged'],
  'push.provider.event.A2C.service.internal',
  'push.provider.event.A2C.service.statuschanged.agentavailable',
  ...['push.provider.SalesApp.event', 'push.provider.SalesApp.event.A2C.service.internal'],
  'push.provider.SalesApp.event.A2C.service.statuschanged',
];

/** Each section of the document's example says which one it is. */
const numbered = Object.fromEntries(
  chain.map((section, number) => [section, { 'apple.badge': number, 'fcm.title': `${number}` }]),
);
const server = useTestServer({
  config: {
    ...numbered,
    'push.provider.SalesApp': { 'apple.topic': 'com.example.sales' },
    'push.provider.Other': { 'debug.apple.topic': 'com.example.debug', 'httpcb.secret': 's3cret' },
  },
});

const tag = 'A2C.service.statuschanged.agentavailable';

async function explain(query: string): Promise<any> {
  const answer = await server.request('GET', `/genesys/1/admin/push/explain?${query}`);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.json;
}

/** The numbers of the sections that exist, in the order of the chain. */
function numbersOf(explanation: any): number[] {
  return explanation.chain
    .filter(({ exists }: any) => exists)
    .map(({ section }: any) => chain.findIndex((one) => one === section));
}

/** Writes a section that is to be refused and returns the words about it. */
async function faultOf(section: string, json: object): Promise<string> {
  const path = `/genesys/1/admin/config/sections/${encodeURIComponent(section)}`;
  const answer = await server.request('PUT', path, { json });
  expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidConfiguration']);
  return answer.json.message;
}

describe('the chain of sections', () => {
  it('is 0→1→4→5→6→8→9→11 for the example of the document', async () => {
    const explanation = await explain(`tag=${tag}&provider=SalesApp`);
    expect(numbersOf(explanation)).toEqual([0, 1, 4, 5, 6, 8, 9, 11]);
    expect(explanation.attributes).toEqual({
      'apple.badge': { value: 11, section: chain[11] },
      'fcm.title': { value: '11', section: chain[11] },
    });
  });

  it('ignores the case of tags', async () => {
    const explanation = await explain(`tag=${tag.toLowerCase()}&provider=SalesApp`);
    expect(numbersOf(explanation)).toEqual([0, 1, 4, 5, 6, 8, 9, 11]);
  });

  it('is that of all providers without one, and has every section that could be there', async () => {
    const explanation = await explain(`tag=${tag}`);
    expect(numbersOf(explanation)).toEqual([0, 1, 4, 5, 6, 8]);
    const nowhere = await explain('tag=b.c&provider=Other');
    expect(nowhere.chain.map(({ section, exists }: any) => [section, exists])).toEqual([
      ['push', true],
      ['push.provider.event', true],
      ['push.provider.event.b', false],
      ['push.provider.event.b.c', false],
      ['push.provider.Other.event', false],
      ['push.provider.Other.event.b', false],
      ['push.provider.Other.event.b.c', false],
    ]);
  });

  it('takes each option from the most specific section that sets it', async () => {
    await putSection(server, 'push.provider.SalesApp.event.x', { 'apple.sound': 'bell' });
    await putSection(server, 'push', { 'apple.sound': 'none', 'apple.alert.body': 'from push' });
    expect((await explain('tag=x.y&provider=SalesApp')).attributes).toMatchObject({
      'apple.sound': { value: 'bell', section: 'push.provider.SalesApp.event.x' },
      'apple.alert.body': { value: 'from push', section: 'push' },
      'apple.badge': { value: 9, section: 'push.provider.SalesApp.event' },
    });
  });

  it('shows the connection, secrets masked, debug twins first for debug', async () => {
    const { connection } = await explain('tag=a&provider=Other&debug=true');
    expect(connection).toMatchObject({
      'apple.topic': {
        value: 'com.example.debug',
        section: 'push.provider.Other',
        option: 'debug.apple.topic',
      },
      'httpcb.secret': { value: '********', option: 'httpcb.secret' },
    });
    expect((await explain('tag=a&provider=Other')).connection['apple.topic']).toBeUndefined();
  });

  it.each([
    ['', 'MissingParameter', 'tag is mandatory'],
    ['tag=a.*', 'InvalidParameter', 'tag takes'],
    ['tag=a&tag=b', 'InvalidParameter', 'tag takes'],
    ['tag=a&provider=Nobody', 'InvalidParameter', 'provider'],
    ['tag=a&provider=event', 'InvalidParameter', 'provider'],
    ['tag=a&debug=maybe', 'InvalidParameter', 'debug takes'],
  ])('is 400 for %s', async (query, exception, words) => {
    const answer = await server.request('GET', `/genesys/1/admin/push/explain?${query}`);
    expect([answer.status, answer.json]).toEqual([
      400,
      { exception, message: expect.stringContaining(words) },
    ]);
  });
});

describe('sections of providers', () => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const key = p256.export({ type: 'pkcs8', format: 'pem' }).toString();

  it('take credentials, and show secrets masked', async () => {
    const options = { 'apple.key': key, 'apple.key_id': 'ABC123', 'apple.team_id': 'DEF456' };
    await putSection(server, 'push.provider.Shown', { ...options, 'debug.httpcb.secret': 'x' });
    const path = '/genesys/1/admin/config/sections/push.provider.Shown';
    const answer = await server.request('GET', path);
    expect(answer.json).toEqual({
      ...options,
      'apple.key': '********',
      'debug.httpcb.secret': '********',
    });
    const exported = await server.request('GET', '/genesys/1/admin/config/export');
    expect(exported.text).not.toContain('PRIVATE KEY');
  });

  it.each<[string, object, string]>([
    ['push.provider.A', { 'apple.badge': 1 }, 'option apple.badge: belongs in a section of events'],
    ['push.provider.event.a', { 'httpcb.secret': 'x' }, 'option httpcb.secret: belongs in the'],
    ['push.provider.event', { 'debug.apple.topic': 'x' }, 'option debug.apple.topic: belongs in'],
    ['push.provider.A.b', {}, 'takes a name as push.provider.<name>'],
    ['push.provider.A.event.b..c', {}, 'takes a name'],
    ['push.provider.event.a2c', {}, 'differs from push.provider.event.A2C in the case'],
    ['push.provider.A', { 'apple.key': 'x' }, 'option apple.key: takes the text of a .p8'],
    ['push.provider.A', { 'apple.key': key }, 'needs apple.key_id and apple.team_id'],
    ['push.provider.A', { 'apple.certificate': 'eHg=' }, 'takes a PKCS#12 file in base64'],
    ['push.provider.A', { 'apple.host': 'api.push.apple.com' }, 'option apple.host: takes an http'],
    ['push.provider.A', { 'fcm.service_account': '{}' }, 'takes the JSON of a Google service'],
    ['push.provider.A', { 'webpush.vapid_private_key': 'x' }, 'takes 32 bytes in base64url'],
    ['push.provider.A', { 'webpush.subject': 'me' }, 'takes a mailto: URL with a real domain'],
    ['push.provider.A', { 'fcm.titel': 'x' }, 'option fcm.titel: is unknown'],
    ['push', { pushEnabled: 'comet,smoke' }, 'option pushEnabled: takes push types'],
    ['push', { publish_mode: 'later' }, 'takes one of sync, async'],
    ['push', { defaultSubscriptionExpiration: 0 }, 'takes a whole number from 1'],
    ['push', { 'fcm.priority': 'urgent' }, 'takes one of normal, high'],
    ['push', { 'android.ssl_trust_all': true }, 'NODE_EXTRA_CA_CERTS'],
    ['push', { 'debug.gcm.ssl_trust_all': 'true' }, 'NODE_EXTRA_CA_CERTS'],
    ['push.provider.A', { 'customhttp.ssl_trust_all': false }, 'NODE_EXTRA_CA_CERTS'],
    ['gms', { 'http.ssl_trust_all': true }, 'NODE_EXTRA_CA_CERTS'],
  ])('refuse %s %j', async (section, options, words) => {
    const fault = await faultOf(section, options);
    expect(fault).toContain(words);
    expect(fault).not.toContain('PRIVATE KEY');
  });

  it('of providers whose names differ in case are of different providers', async () => {
    await putSection(server, 'push.provider.salesapp.event', {});
    await putSection(server, 'push.provider.salesapp.event.A2C.service.internal', {});
  });

  it('are asked for by the name of a subscription: one that is gone is unknown', async () => {
    await putSection(server, 'push.provider.Gone', {});
    const json = {
      ...{ subscriberId: 'A', filter: 'a', providerName: 'Gone' },
      notificationDetails: { type: 'comet' },
    };
    const subscribe = () =>
      server.request('POST', '/genesys/1/notification/subscription', {
        json,
        headers: { gms_user: 'kate' },
      });
    expect((await subscribe()).status).toBe(200);
    await server.request('DELETE', '/genesys/1/admin/config/sections/push.provider.Gone');
    const answer = await subscribe();
    expect([answer.status, answer.json.message]).toEqual([
      400,
      'providerName takes the name of a section push.provider.<name>',
    ]);
  });
});
