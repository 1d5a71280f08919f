import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import {
  base,
  deliveries,
  ledger,
  publish,
  putSection,
  subscribe,
} from '../../support/notification.js';
import {
  type Pushed,
  type PushPeer,
  useApplePeer,
  useCallbackPeer,
  useCustomPeer,
  useGooglePeer,
  useWebPushPeer,
} from '../../support/push-peers.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
const authority = createAuthority();
const apple = useApplePeer(authority.issue());
const appleByCertificate = useApplePeer(authority.issue(), authority.cert);
const expiredApple = useApplePeer(authority.issue(-1));
const google = useGooglePeer();
const callback = useCallbackPeer();
const custom = useCustomPeer();
const browsers = useWebPushPeer();

let folder: string;
let server: SpawnedServer;
let other: SpawnedServer;

/** A way to devices: what a subscription says for a device of that name. */
interface Channel {
  readonly peer: PushPeer;
  readonly details: (device: string) => object;
  readonly providerName?: string;
  /** What the channel calls a refused, a gone and an overloaded push. */
  readonly codes: { readonly gone: string; readonly tooMany: string; readonly unavailable: string };
  /** Whether there is a limit of 4096 bytes. */
  readonly isLimited: boolean;
}

const statuses = { gone: 'Status410', tooMany: 'Status429', unavailable: 'Status503' };
const appleCodes = {
  ...{ gone: 'Unregistered', tooMany: 'TooManyRequests', unavailable: 'ServiceUnavailable' },
};
const googleCodes = { gone: 'UNREGISTERED', tooMany: 'QUOTA_EXCEEDED', unavailable: 'UNAVAILABLE' };

const of = (type: string) => (deviceId: string) => ({ type, deviceId });
const channels: Record<string, Channel> = {
  httpcb: {
    peer: callback,
    details: (device) => ({ type: 'httpcb', deviceId: `${callback.url}/${device}` }),
    codes: statuses,
    isLimited: false,
  },
  customhttp: { peer: custom, details: of('customhttp'), codes: statuses, isLimited: false },
  'ios by token': { peer: apple, details: of('ios'), codes: appleCodes, isLimited: true },
  'ios by certificate': {
    peer: appleByCertificate,
    details: of('ios'),
    providerName: 'ByCertificate',
    codes: appleCodes,
    isLimited: true,
  },
  android: { peer: google, details: of('android'), codes: googleCodes, isLimited: true },
  gcm: { peer: google, details: of('gcm'), codes: googleCodes, isLimited: true },
  fcm: { peer: google, details: of('FCM'), codes: googleCodes, isLimited: true },
  webpush: {
    peer: browsers,
    details: (device) => ({ type: 'webpush', deviceId: browsers.browser(device) }),
    codes: statuses,
    isLimited: true,
  },
};

function sections(): Record<string, object> {
  const key = { 'apple.key': apple.signingKey, 'apple.key_id': 'KEY1234567' };
  const byToken = { ...key, 'apple.team_id': 'TEAM123456', 'apple.topic': 'com.example.app' };
  return {
    security: { allowed_callback_networks: ['127.0.0.1'] },
    gms: { 'http.connection_timeout': 2, 'http.socket_timeout': 1 },
    push: {
      ...{ pushEnabled: 'ios,android,gcm,fcm,webpush,httpcb,customhttp,comet' },
      ...{ ...byToken, 'apple.host': apple.url },
      ...{ 'fcm.service_account': google.serviceAccount, 'fcm.endpoint': google.url },
      ...{ 'customhttp.url': `${custom.url}/push` },
      ...{ 'webpush.vapid_public_key': browsers.vapid.publicKey },
      ...{ 'webpush.vapid_private_key': browsers.vapid.privateKey },
      ...{ 'webpush.subject': 'mailto:push@example.com' },
    },
    'push.provider.ByCertificate': {
      'apple.certificate': authority.issueClient('com.example.app', 'pass wörd'),
      'apple.certificate_password': 'pass wörd',
      ...{ 'apple.topic': 'com.example.app', 'apple.host': appleByCertificate.url },
    },
    'push.provider.Expired': { ...byToken, 'apple.host': expiredApple.url },
    'push.provider.Nobody': {
      ...{ ...byToken, 'apple.host': 'https://localhost:49151' },
      ...{ 'fcm.endpoint': 'http://127.0.0.1:49151', 'customhttp.url': 'http://127.0.0.1:49151' },
    },
    'push.provider.NoTls': { ...byToken, 'apple.host': custom.url.replace('http:', 'https:') },
    'push.provider.LinkLocal': { ...byToken, 'apple.host': 'https://169.254.169.254' },
    'push.provider.WrongKey': { ...byToken, 'apple.key_id': 'OTHER', 'apple.host': apple.url },
    'push.provider.NoKeys.event': { 'apple.badge': 1 },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opengms-authority-'));
  const file = join(folder, 'authority.pem');
  await writeFile(file, authority.cert);
  const database = await servers.database();
  const options = { config: sections(), database, env: { NODE_EXTRA_CA_CERTS: file } };
  server = await servers.spawn(options);
  other = await servers.spawn(options);
});

afterAll(() => rm(folder, { recursive: true }));

let count = 0;
let device: string;
let tag: string;

beforeEach(() => {
  count++;
  device = `device-${count}`;
  tag = `tag.${count}`;
});

/** Subscribes this test's device to this test's tag. */
function subscribed(channel: Channel, more: object = {}): Promise<string> {
  const { details, providerName } = channel;
  return subscribe(server, {
    ...{ subscriberId: 'A', filter: tag, expire: 300, providerName },
    notificationDetails: details(device),
    ...more,
  });
}

/** Publishes this test's event; returns the status. */
async function published(message: unknown = 'm'): Promise<number> {
  return (await publish(server, { tag, message })).status;
}

/** This test's one delivery, once it is as expected. */
async function ends(expected: object): Promise<any> {
  await eventually(async () => {
    expect(await deliveries(server, `tag=${tag}`)).toMatchObject([expected]);
  }, 15_000);
  return (await deliveries(server, `tag=${tag}`))[0];
}

describe.each(Object.entries(channels))('%s', (_, channel) => {
  const { peer, codes } = channel;

  it('brings the message, whatever its characters, with its id', async () => {
    await subscribed(channel);
    for (const message of ['Grüße 😀 "\\', '']) expect(await published(message)).toBe(200);
    const came = peer.to(device);
    expect(came.map(({ message }) => message)).toEqual(['Grüße 😀 "\\', '']);
    expect(came.map(({ headers }) => headers.via)).toEqual(['1.1 opengms', '1.1 opengms']);
    const all = await deliveries(server, `tag=${tag}`);
    expect(all.map(({ state, messageId }) => [state, messageId])).toEqual([
      ['delivered', came[1]!.id],
      ['delivered', came[0]!.id],
    ]);
  });

  it('goes to a device that is not subscribed when the event names it', async () => {
    const notificationDetails = channel.details(device);
    const { providerName } = channel;
    const event = { tag, message: 'direct', providerName, notificationDetails };
    expect((await publish(server, event)).status).toBe(200);
    expect(peer.to(device)).toMatchObject([{ message: 'direct' }]);
  });

  it('is 503 while the other side is unavailable, and tried again with the same id', async () => {
    await subscribed(channel);
    peer.behave(device, 'unavailable', 'ok');
    expect(await published()).toBe(503);
    await ends({ state: 'delivered', attempts: 2, code: codes.unavailable });
    const ids = peer.to(device).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('waits as long as the other side asks', async () => {
    // One of its own: whom FCM asks to wait sends nothing to others either.
    const providerName = channel.providerName ?? `Asked${count}`;
    if (channel.providerName === undefined) {
      await putSection(server, `push.provider.${providerName}`, {});
    }
    await subscribed({ ...channel, providerName });
    peer.behave(device, 'tooMany');
    expect(await published()).toBe(503);
    const { dueAt } = await ends({ state: 'pending', attempts: 1, code: codes.tooMany });
    expect(Date.parse(dueAt) - Date.now()).toBeGreaterThan(100_000);
  });

  it('ends with the subscription of a device that is gone, and keeps why', async () => {
    const id = await subscribed(channel);
    peer.behave(device, 'gone', 'ok');
    expect(await published()).toBe(503);
    await ends({ state: 'dead', attempts: 1, code: codes.gone });
    await eventually(async () => {
      const answer = await server.request('GET', `${base}/subscription/${id}`);
      expect(answer.json).toMatchObject({ state: 'ended', endCode: codes.gone });
    });
    expect(await published()).toBe(200);
    expect(peer.to(device)).toHaveLength(1);
  });

  it.each(['hang', 'drop'])('is tried again when the other side does: %s', async (behaviour) => {
    await subscribed(channel);
    // A kept connection that breaks is tried once more at once, over a new one.
    peer.behave(device, ...(behaviour === 'drop' ? ['drop', 'drop', 'ok'] : [behaviour, 'ok']));
    expect(await published()).toBe(503);
    const code = behaviour === 'hang' ? 'AnswerTimeout' : 'ConnectionLost';
    await ends({ state: 'delivered', code });
  });

  it('fails at once with a message that is too long, where there is a limit', async () => {
    await subscribed(channel);
    const message = 'ä'.repeat(2100);
    expect(await published(message)).toBe(channel.isLimited ? 503 : 200);
    const code = channel.isLimited ? expect.stringMatching(/Too(Long|Large)$/) : null;
    await ends({ state: channel.isLimited ? 'dead' : 'delivered', attempts: 1, code });
    expect(peer.to(device)).toHaveLength(channel.isLimited ? 0 : 1);
  });
});

describe.each(['fcm', 'ios by token'])('a provider of %s that asks to wait', (name) => {
  const channel = channels[name]!;

  it('is sent nothing to any device until then, while another provider goes on', async () => {
    const [waits, free] = [`Waits${count}`, `Free${count}`];
    for (const provider of [waits, free]) await putSection(server, `push.provider.${provider}`, {});
    const sendTo = (to: string, providerName: string) => {
      const notificationDetails = channel.details(to);
      return publish(server, { tag, message: 'm', providerName, notificationDetails });
    };
    channel.peer.behave(device, 'busy 3', 'ok');
    expect((await sendTo(device, waits)).status).toBe(503);
    const others = ['a', 'b', 'c'].map((letter) => `${device}-${letter}`);
    await Promise.all(others.map((other) => sendTo(other, waits)));
    expect((await sendTo(`${device}-free`, free)).status).toBe(200);
    await eventually(async () => {
      const made = await deliveries(server, `tag=${tag}`);
      expect(made.map(({ state }) => state)).toEqual(Array(5).fill('delivered'));
    }, 30_000);
    const asked = channel.peer.to(device)[0]!.at!;
    for (const other of others) {
      const came = channel.peer.to(other);
      expect(came).toHaveLength(1);
      expect(came[0]!.at! - asked).toBeGreaterThan(2900);
    }
  });
});

describe.each(['httpcb', 'customhttp', 'webpush'])('%s', (name) => {
  it.each(['drip', 'silent', 'cut', 'garbled', 'huge'])(
    'goes by the status of an answer, whatever its body: %s',
    async (behaviour) => {
      const channel = channels[name]!;
      await subscribed(channel);
      channel.peer.behave(device, behaviour);
      const answers = await Promise.all(Array.from({ length: 10 }, () => published()));
      expect(answers).toEqual(Array(10).fill(200));
      expect(channel.peer.to(device)).toHaveLength(10);
    },
  );
});

describe('the debug connection of a provider', () => {
  it.each<[object, string]>([
    [{ properties: { debug: 'debug' } }, 'debug'],
    [{ properties: { debug: 'TRUE' } }, 'debug'],
    [{ debug: true }, 'debug'],
    [{ debug: 'true', properties: { debug: 'false' } }, 'debug'],
    [{ properties: { debug: 'no' } }, 'plain'],
    [{ properties: { other: 'debug' } }, 'plain'],
    [{ debug: false, properties: { debug: 'true' } }, 'plain'],
  ])('is the one of a subscription with %j: %s', async (more, way) => {
    await putSection(server, 'push.provider.Twins', {
      'customhttp.url': `${callback.url}/plain`,
      'debug.customhttp.url': `${callback.url}/debug`,
    });
    const notificationDetails = { type: 'customhttp', deviceId: device, ...more };
    await subscribe(server, {
      ...{ subscriberId: 'A', filter: tag, providerName: 'Twins', notificationDetails },
    });
    expect(await published()).toBe(200);
    expect(callback.pushed.map(({ device: to }) => to)).toEqual([way]);
  });
});

describe('a provider whose section was taken away', () => {
  it.each(Object.entries(channels))(
    'is not replaced by the default one: %s',
    async (_, channel) => {
      const providerName = `Gone${String(count)}`;
      await putSection(server, `push.provider.${providerName}`, {});
      await subscribed({ ...channel, providerName });
      const section = `/genesys/1/admin/config/sections/push.provider.${providerName}`;
      expect((await server.request('DELETE', section)).status).toBe(200);
      expect(await published()).toBe(503);
      const reason = 'the section of its provider was taken away';
      await ends({ state: 'dead', attempts: 1, code: 'ProviderNotFound', reason });
      expect(channel.peer.to(device)).toEqual([]);
      await putSection(server, `push.provider.${providerName}`, {});
      expect(await published()).toBe(200);
    },
  );
});

describe('APNs', () => {
  const { 'ios by token': ios } = channels as { 'ios by token': Channel };

  it('is shown the beginning of a message that has no room twice, beside all of it', async () => {
    await subscribed(channels['ios by certificate']!);
    const message = `${'Grüße 😀 '.repeat(250)}"end"`;
    expect(await published(message)).toBe(200);
    const [{ body }] = appleByCertificate.to(device) as [Pushed];
    expect(body.message).toBe(message);
    expect(body.aps.alert.body).toMatch(/^(Grüße 😀 )+.*…$/u);
    expect(message.startsWith(body.aps.alert.body.slice(0, -1))).toBe(true);
  });

  it('takes one token from all nodes', async () => {
    apple.tokens.clear();
    const direct = { tag, message: 'm', notificationDetails: { type: 'ios', deviceId: device } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => publish(at % 2 ? server : other, direct)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(apple.tokens.size).toBe(1);
  });

  it('is not given another token within 20 minutes, even when it calls one expired', async () => {
    await subscribed(ios);
    apple.tokens.clear();
    expect(await published()).toBe(200);
    apple.expireTokens();
    expect(await published()).toBe(503);
    expect(apple.tokens.size).toBe(1);
    expect((await deliveries(server, `tag=${tag}&state=pending`))[0]).toMatchObject({
      ...{ code: 'ExpiredProviderToken', attempts: 1 },
    });
  });

  it('is shown what the configuration says, beside the message', async () => {
    await putSection(server, 'push.provider.ByCertificate.event', { 'apple.sound': 'default' });
    await putSection(server, 'push.provider.ByCertificate.event.tag', {
      ...{ 'apple.alert.title': 'Title', 'apple.badge': 3 },
    });
    const certificate = channels['ios by certificate']!;
    await subscribed(certificate);
    await published('text');
    const [first] = appleByCertificate.to(device);
    expect(first).toMatchObject({
      body: {
        aps: { alert: { title: 'Title', body: 'text' }, badge: 3, sound: 'default' },
        message: 'text',
      },
      headers: { 'apns-push-type': 'alert', 'apns-priority': '10' },
    });
    await putSection(server, 'push.provider.ByCertificate.event.tag', {
      'apple.content_available': true,
    });
    await putSection(server, 'push.provider.ByCertificate.event', {});
    await published('quiet');
    expect(appleByCertificate.to(device)[1]).toMatchObject({
      body: { aps: { 'content-available': 1 }, message: 'quiet' },
      headers: { 'apns-push-type': 'background', 'apns-priority': '5' },
    });
  });

  it.each([
    ['wrongEnvironment', 'BadDeviceToken', /this environment/],
    ['gone before', 'Unregistered', /not on the device/],
    ['gone some time', 'Unregistered', /not on the device/],
  ])('ends the delivery and keeps the subscription of a token that is %s', async (...row) => {
    const [behaviour, code, reason] = row;
    const certificate = channels['ios by certificate']!;
    const id = await subscribed(certificate);
    appleByCertificate.behave(device, behaviour, 'ok');
    expect(await published()).toBe(503);
    await ends({ state: 'dead', attempts: 1, code, reason: expect.stringMatching(reason) });
    const answer = await server.request('GET', `${base}/subscription/${id}`);
    expect(answer.json).toMatchObject({ state: 'active' });
    expect(await published()).toBe(200);
  });

  it('keeps a push as long as the configuration says, else as long as the subscription', async () => {
    const certificate = channels['ios by certificate']!;
    const kept = async (): Promise<number> => {
      const until = Number(appleByCertificate.to(device).at(-1)!.headers['apns-expiration']);
      return until === 0 ? 0 : until - Date.now() / 1000;
    };
    await subscribed(certificate, { expire: 3000 });
    await published();
    expect(await kept()).toBeGreaterThan(2500);
    expect(await kept()).toBeLessThan(3001);
    for (const expiration of [0, 2_592_000]) {
      await putSection(server, 'push.provider.ByCertificate.event', {
        'apple.expiration': expiration,
      });
      await published();
      expect(await kept()).toBeLessThan(expiration + 1);
      expect(await kept()).toBeGreaterThanOrEqual(Math.max(expiration - 600, 0));
    }
    await putSection(server, 'push.provider.ByCertificate.event', {});
  });

  it('may say goodbye: what is under way ends, the next goes over a new connection', async () => {
    const certificate = channels['ios by certificate']!;
    await subscribed(certificate);
    const before = appleByCertificate.connections();
    const told = ['goaway', 'refuseStream', 'ok'];
    appleByCertificate.behave(device, ...told);
    for (const message of ['first', 'second']) {
      expect(await published(message)).toBe(200);
    }
    // What it has surely not processed went out again at once.
    expect(appleByCertificate.to(device).map(({ message }) => message)).toEqual([
      ...['first', 'second', 'second'],
    ]);
    const made = await deliveries(server, `tag=${tag}`);
    expect(made.map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(appleByCertificate.connections()).toBeGreaterThan(before + 1);
  });

  it('may say goodbye and name what it has begun: that ends well, all else goes out again', async () => {
    const sendTo = (to: string) => {
      const notificationDetails = { type: 'ios', deviceId: to };
      const event = { tag, message: 'm', providerName: 'ByCertificate', notificationDetails };
      return publish(server, event);
    };
    const [begun, late] = [`${device}-begun`, `${device}-late`];
    appleByCertificate.behave(begun, 'until goodbye');
    appleByCertificate.behave(late, 'goodbye', 'ok');
    const first = sendTo(begun);
    await eventually(() => expect(appleByCertificate.to(begun)).toHaveLength(1));
    const before = appleByCertificate.connections();
    expect([(await sendTo(late)).status, (await first).status]).toEqual([200, 200]);
    expect(appleByCertificate.to(begun)).toHaveLength(1);
    expect(appleByCertificate.to(late)).toHaveLength(2);
    expect(appleByCertificate.connections()).toBe(before + 1);
    const made = await deliveries(server, `tag=${tag}`);
    expect(made.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it.each([
    ['Expired', 'CertificateInvalid', 'pending'],
    ['Nobody', 'ConnectionRefused', 'pending'],
    ['NoTls', 'TlsFailed', 'pending'],
    ['LinkLocal', 'ForbiddenTarget', 'pending'],
    ['WrongKey', 'InvalidProviderToken', 'dead'],
  ])('is not reached with the provider %s', async (providerName, code, state) => {
    await subscribed({ ...ios, providerName });
    expect(await published()).toBe(503);
    const { reason } = await ends({ state, attempts: 1, code });
    expect(reason).not.toMatch(/[/\\]|\.c\b/);
  });
});

describe('FCM', () => {
  const { fcm } = channels as { fcm: Channel };

  it('gives one access token for many pushes at once, and another when it is refused', async () => {
    await subscribed(fcm);
    google.revoke();
    const before = google.tokens();
    expect(await published()).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 10 }, () => published()));
    expect(statuses).toEqual(Array(10).fill(200));
    expect(google.tokens() - before).toBe(1);
  });

  it('is shown what the configuration says, beside the message', async () => {
    await putSection(server, 'push.provider.Shown', {});
    await putSection(server, 'push.provider.Shown.event', {
      ...{ 'fcm.title': 'Title', 'fcm.body': 'Body', 'fcm.priority': 'HIGH' },
      'fcm.collapse_key': 'key',
      'fcm.ttl': 7,
    });
    await subscribed({ ...fcm, providerName: 'Shown' });
    await published('text');
    expect(google.to(device)).toMatchObject([
      {
        body: {
          message: {
            data: { message: 'text', tag },
            notification: { title: 'Title', body: 'Body' },
            android: { priority: 'high', collapse_key: 'key', ttl: '7s' },
          },
        },
      },
    ]);
  });

  it.each([
    ['sender', 'SENDER_ID_MISMATCH', 'dead'],
    ['invalid', 'INVALID_ARGUMENT', 'dead'],
    ['internal', 'INTERNAL', 'pending'],
    // What is no code counts as none; above all it keeps nothing from being noted.
    ['hostile', 'Status404', 'dead'],
  ])('is understood by its codes: %s', async (behaviour, code, state) => {
    await subscribed(fcm);
    google.behave(device, behaviour);
    expect(await published()).toBe(503);
    await ends({ code, state });
  });

  it.each([
    [3_000_000, 2_419_200],
    [3000, 2950],
    [10, 60],
  ])('keeps a push for a subscription of %i s at least %i s', async (expire, least) => {
    await subscribed(fcm, { expire });
    await published();
    const [, ttl] = /^(\d+)s$/.exec(google.to(device)[0]!.body.message.android.ttl)!;
    expect(Number(ttl)).toBeGreaterThanOrEqual(least);
    expect(Number(ttl)).toBeLessThanOrEqual(Math.max(Math.min(expire, 2_419_200), 60));
  });

  it('takes a lacking credential of another vendor for a fault of that delivery alone', async () => {
    await subscribed(fcm);
    expect(await published()).toBe(200);
    const before = google.tokens();
    google.behave(device, ...Array(6).fill('otherVendor'), 'ok');
    for (let at = 0; at < 6; at++) expect(await published()).toBe(503);
    expect(await published()).toBe(200);
    expect(google.tokens()).toBe(before);
    expect(google.to(device)).toHaveLength(8);
    const made = await deliveries(server, `tag=${tag}&state=dead`);
    expect(made.map(({ code, attempts }) => [code, attempts])).toEqual(
      Array(6).fill(['THIRD_PARTY_AUTH_ERROR', 1]),
    );
  });

  it('waits for a minute when it is too much and does not say for how long', async () => {
    await subscribed(fcm);
    google.behave(device, 'quota');
    expect(await published()).toBe(503);
    const { dueAt } = await ends({ state: 'pending', attempts: 1, code: 'QUOTA_EXCEEDED' });
    expect(Date.parse(dueAt) - Date.now()).toBeGreaterThan(40_000);
  });

  it('goes by the status of a success, whatever its body', async () => {
    await subscribed(fcm);
    google.behave(device, 'cut');
    expect(await published()).toBe(200);
  });

  it('gives an answer without end up when four calls could have been made meanwhile', async () => {
    await subscribed(fcm);
    google.behave(device, 'drip 503', 'ok');
    expect(await published()).toBe(503);
    await ends({ state: 'delivered', attempts: 2, code: 'AnswerTimeout' });
  });

  it.each([
    [400, 'AccessTokenStatus400', 'dead'],
    [503, 'AccessTokenStatus503', 'pending'],
  ])('is not reached while its OAuth server answers %i', async (status, code, state) => {
    await subscribed(fcm);
    google.revoke();
    google.close(status);
    expect(await published()).toBe(503);
    google.close(undefined);
    await ends({ code, state });
  });
});

describe('web push', () => {
  it.each<[string, (key: Buffer) => string]>([
    ['base64', (key) => key.toString('base64')],
    ['base64 without padding', (key) => key.toString('base64').replace(/=+$/, '')],
    [
      'base64url with padding',
      (key) => key.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    ],
  ])('takes keys in %s', async (_, encoded) => {
    const browser = JSON.parse(browsers.browser(device));
    for (const name of ['p256dh', 'auth']) {
      browser.keys[name] = encoded(Buffer.from(browser.keys[name], 'base64url'));
    }
    const notificationDetails = { type: 'webpush', deviceId: JSON.stringify(browser) };
    await subscribe(server, { subscriberId: 'A', filter: tag, notificationDetails });
    expect(await published('text')).toBe(200);
    expect(browsers.to(device)).toMatchObject([{ message: 'text' }]);
  });

  it('says why the push service refused', async () => {
    await subscribed(channels.webpush!);
    browsers.behave(device, 'says why');
    expect(await published()).toBe(503);
    await ends({ state: 'dead', code: 'Status403', reason: 'answered 403: BadJwtToken' });
  });

  it.each([
    ...['mailto:me', 'mailto:me@localhost', 'mailto:me@host.local', 'mailto:@example.com'],
    ...['http://example.com', 'https://', 'me@example.com'],
  ])('is not signed for the subject %s', async (subject) => {
    const answer = await server.request(
      'PUT',
      '/genesys/1/admin/config/sections/push.provider.Contact',
      { json: { 'webpush.subject': subject } },
    );
    expect([answer.status, answer.json.message]).toEqual([
      400,
      expect.stringContaining('webpush.subject'),
    ]);
  });

  it.each([
    'x',
    '{}',
    JSON.stringify({ endpoint: 'https://push.example/', keys: { p256dh: 'AA', auth: 'AA' } }),
    browsersLike({ endpoint: 'http://10.0.0.1/' }),
    browsersLike({ endpoint: 'ftp://push.example/' }),
    browsersLike({ endpoint: `https://push.example/${'x'.repeat(2048)}` }),
    browsersLike({ endpoint: `https://${'語'.repeat(300)}.example/` }),
  ])('does not take %s for a browser', async (deviceId) => {
    const answer = await server.request('POST', `${base}/subscription`, {
      json: { subscriberId: 'A', filter: tag, notificationDetails: { type: 'webpush', deviceId } },
    });
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        exception: 'InvalidParameter',
        message: expect.stringMatching(/^notificationDetails.deviceId takes a PushSubscription/),
      },
    ]);
  });
});

describe('all channels together', () => {
  it('are counted by type and result', async () => {
    const target = { type: 'comet', deviceId: 'kate' };
    const before = await server.request('GET', '/metrics');
    expect(before.text).not.toContain('gms_push_tries_total{type="comet"');
    await publish(server, { tag, notificationDetails: target });
    const { text } = await server.request('GET', '/metrics');
    expect(text).toContain('gms_push_tries_total{type="comet",result="delivered"} 1\n');
    for (const type of ['httpcb', 'customhttp', 'ios', 'android', 'gcm', 'fcm', 'webpush']) {
      for (const result of ['delivered', 'retry', 'failed']) {
        const line = `gms_push_tries_total{type="${type}",result="${result}"}`;
        expect(text).toMatch(new RegExp(`^${line} [1-9]`, 'm'));
      }
      expect(text).toContain(`gms_push_accept_to_send_seconds_count{type="${type}"}`);
    }
  });

  it('leave a ledger that balances', async () => {
    await eventually(async () => {
      const book = await ledger(server);
      expect(book.accepted).toBeGreaterThan(50);
      expect(book.accepted).toBe(book.delivered! + book.pending! + book.dead! + book.expired!);
    });
  });
});

/** A well-formed PushSubscription with something else in it. */
function browsersLike(other: object): string {
  const keys = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
  return JSON.stringify({ endpoint: 'https://push.example/', keys, ...other });
}
