import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type HostAddress,
  HostResolver,
  OutgoingCalls,
  OutgoingSettings,
} from '../../../src/core/outgoing/index.js';
import { hang, hangUp, useHttpSink, withHeaders } from '../../support/http-sink.js';

const sink = useHttpSink();
const opened: OutgoingCalls[] = [];

afterEach(() => {
  for (const calls of opened.splice(0)) calls.onModuleDestroy();
});

/** Answers each look-up with the next list, the last again: names that change hands. */
class ScriptedLookup extends HostResolver {
  asked = 0;

  constructor(private readonly lists: string[][]) {
    super();
  }

  override resolve(): Promise<HostAddress[]> {
    const list = this.lists[Math.min(this.asked++, this.lists.length - 1)] ?? [];
    return Promise.resolve(
      list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }
}

function callsWith(
  hosts: HostResolver,
  allowedNetworks: string[] = ['127.0.0.1/32'],
): OutgoingCalls {
  const settings = new OutgoingSettings();
  const calls = new OutgoingCalls(settings, hosts);
  settings.replace({
    connectionTimeoutMs: 1000,
    socketTimeoutMs: 1000,
    maxConnectionsPerRoute: 2,
    allowedNetworks,
  });
  opened.push(calls);
  return calls;
}

const post = (url: string, more = {}) => ({
  ...{ url, method: 'POST' as const, headers: {}, body: 'm' },
  signal: new AbortController().signal,
  ...more,
});

const port = () => new URL(sink.url).port;

describe('guarded calls', () => {
  it('go to a name whose addresses are all allowed, and say its name', async () => {
    const calls = callsWith(new ScriptedLookup([['127.0.0.1']]));
    const result = await calls.callGuarded(post(`http://shop.example:${port()}/a`));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(sink.received).toMatchObject([{ headers: { host: `shop.example:${port()}` } }]);
  });

  it('look a name up once: what it leads to afterwards does not matter', async () => {
    const hosts = new ScriptedLookup([['127.0.0.1'], ['10.0.0.1']]);
    const calls = callsWith(hosts);
    expect(await calls.callGuarded(post(`http://shop.example:${port()}/a`))).toMatchObject({
      kind: 'answered',
    });
    expect(hosts.asked).toBe(1);
  });

  it.each([
    [['10.0.0.1']],
    [['127.0.0.1', '10.0.0.1']],
    [['127.0.0.2']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:10.0.0.1']],
    [['fd00::1']],
    [['64:ff9b::a00:1']],
    [[]],
  ])('are refused when a name leads to %j', async (addresses) => {
    const calls = callsWith(new ScriptedLookup([addresses]));
    expect(await calls.callGuarded(post(`http://shop.example:${port()}/a`))).toMatchObject({
      kind: 'failed',
      code: 'ForbiddenTarget',
    });
    expect(sink.received).toEqual([]);
  });

  it('are refused when a redirect leads to such a name', async () => {
    const calls = callsWith(new ScriptedLookup([['127.0.0.1'], ['10.0.0.1']]));
    sink.answer('/a', withHeaders(307, { Location: `http://inner.example:${port()}/b` }));
    expect(await calls.callGuarded(post(`http://shop.example:${port()}/a`))).toMatchObject({
      code: 'ForbiddenTarget',
    });
    expect(sink.at('/b')).toEqual([]);
  });

  it('do not take secret headers along to another origin', async () => {
    const calls = callsWith(new ScriptedLookup([['127.0.0.1']]));
    sink.answer('/a', withHeaders(307, { Location: `http://other.example:${port()}/b` }));
    sink.answer('/b', withHeaders(307, { Location: '/c' }));
    const headers = { 'X-Secret': 's', 'X-Plain': 'p' };
    await calls.callGuarded(
      post(`http://shop.example:${port()}/a`, { headers, secretHeaders: ['X-Secret'] }),
    );
    expect(sink.at('/a')).toMatchObject([{ headers: { 'x-secret': 's', 'x-plain': 'p' } }]);
    expect(sink.at('/c')).toMatchObject([{ headers: { 'x-plain': 'p' }, body: 'm' }]);
    expect(sink.at('/c')[0]?.headers['x-secret']).toBeUndefined();
  });

  it('ask for what 303 names without the body', async () => {
    const calls = callsWith(new HostResolver());
    sink.answer('/a', withHeaders(303, { Location: '/b' }));
    await calls.callGuarded(post(`${sink.url}/a`));
    expect(sink.at('/b')).toMatchObject([{ method: 'GET', body: '' }]);
  });

  it('go nowhere private at all unless it is allowed', async () => {
    const calls = callsWith(new HostResolver(), []);
    for (const url of [`${sink.url}/a`, `http://localhost:${port()}/a`]) {
      expect(await calls.callGuarded(post(url))).toMatchObject({ code: 'ForbiddenTarget' });
    }
    expect(sink.received).toEqual([]);
  });
});

describe('trusted calls', () => {
  it.each([['169.254.169.254'], ['10.0.0.1', '169.254.1.1'], ['fe80::1'], ['::ffff:169.254.0.1']])(
    'are refused when a name leads to a link-local address: %s',
    async (...addresses) => {
      const calls = callsWith(new ScriptedLookup([addresses]), ['0.0.0.0/0', '::/0']);
      const result = await calls.callTrusted(post(`http://shop.example:${port()}/a`));
      expect(result).toMatchObject({ kind: 'failed', code: 'ForbiddenTarget' });
    },
  );

  it.each(['http://169.254.169.254/', 'http://[fe80::1]/', 'http://0xa9fea9fe/'])(
    'are refused to %s',
    async (url) => {
      const calls = callsWith(new HostResolver(), ['0.0.0.0/0', '::/0']);
      expect(await calls.callTrusted(post(url))).toMatchObject({
        code: 'ForbiddenTarget',
        reason: expect.stringContaining('link-local'),
      });
    },
  );

  it('go to private addresses, also those that no list allows', async () => {
    const calls = callsWith(new HostResolver(), []);
    const result = await calls.callTrusted(post(`http://localhost:${port()}/a`));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('calls of either kind', () => {
  it('name this server in Via, whatever the caller sends along', async () => {
    const calls = callsWith(new HostResolver());
    for (const way of ['callGuarded', 'callTrusted'] as const) {
      await calls[way](post(`${sink.url}/a`, { headers: { A: 'b' } }));
      expect(sink.at('/a').at(-1)?.headers).toMatchObject({ via: '1.1 opengms', a: 'b' });
    }
  });

  it.each<[string, Parameters<typeof sink.answer>[1], string]>([
    ['does not answer', hang, 'AnswerTimeout'],
    ['hangs up', hangUp, 'ConnectionLost'],
    [
      'never ends its headers',
      (response) => {
        const timer = setInterval(() => response.socket?.write('X-A: b\r\n'), 100);
        response.socket?.write('HTTP/1.1 200 OK\r\n');
        response.on('close', () => clearInterval(timer));
      },
      'AnswerTimeout',
    ],
  ])('fail when the other side %s', async (_, answer, code) => {
    const calls = callsWith(new HostResolver());
    sink.answer('/a', answer);
    expect(await calls.callGuarded(post(`${sink.url}/a`))).toMatchObject({ kind: 'failed', code });
    expect(await calls.callTrusted(post(`${sink.url}/a`))).toMatchObject({ kind: 'failed', code });
  });

  it('fail where nobody listens, and where nobody speaks HTTP', async () => {
    const calls = callsWith(new HostResolver());
    const silent: Server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume().end('220 this is not HTTP\r\n');
    });
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port: spoken } = silent.address() as AddressInfo;
    expect(await calls.callTrusted(post(`http://127.0.0.1:${spoken}/`))).toMatchObject({
      kind: 'failed',
    });
    await new Promise((done) => silent.close(done));
    expect(await calls.callTrusted(post(`http://127.0.0.1:${spoken}/`))).toMatchObject({
      code: 'ConnectionRefused',
    });
  });

  it.each(['callGuarded', 'callTrusted'] as const)(
    'say what TLS complains of, and name no source file: %s',
    async (way) => {
      const calls = callsWith(new HostResolver());
      const result = await calls[way](post(sink.url.replace('http:', 'https:')));
      expect(result).toMatchObject({ kind: 'failed', code: 'TlsFailed' });
      expect(result.kind === 'failed' ? result.reason : '').toMatch(/^TLS: [\w ]+$/);
    },
  );

  it('end when they are given up, before and while they run', async () => {
    const calls = callsWith(new HostResolver());
    sink.answer('/a', hang);
    const abort = new AbortController();
    const running = calls.callTrusted(post(`${sink.url}/a`, { signal: abort.signal }));
    abort.abort();
    expect(await running).toMatchObject({ code: 'Aborted' });
    expect(await calls.callTrusted(post(`${sink.url}/a`, { signal: abort.signal }))).toMatchObject({
      code: 'Aborted',
    });
  });

  it('keep what came of an answer that stops in the middle', async () => {
    const calls = callsWith(new HostResolver());
    sink.answer('/a', (response) => {
      response.writeHead(200, { 'Content-Length': '10' }).write('half');
    });
    const call = post(`${sink.url}/a`, { needsBody: () => true });
    expect(await calls.callTrusted(call)).toMatchObject({ status: 200, body: 'half' });
  });

  it('read no body unless it is wanted, and use the connection again when it is short', async () => {
    const calls = callsWith(new HostResolver());
    const ports = new Set<number | undefined>();
    sink.answer('/a', (response) => {
      ports.add(response.socket?.remotePort);
      response.writeHead(200).end('some words');
    });
    for (let count = 0; count < 5; count++) {
      const answer = await calls.callGuarded(post(`${sink.url}/a`));
      expect(answer).toMatchObject({ status: 200, body: '' });
    }
    // The next call may come before the end of the body does: then there is a second connection.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('keep the beginning of an endless answer alone', async () => {
    const calls = callsWith(new HostResolver());
    sink.answer('/a', withHeaders(200, {}, 'x'.repeat(5_000_000)));
    const result = await calls.callGuarded(post(`${sink.url}/a`, { needsBody: () => true }));
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(result.kind === 'answered' ? result.body.length : 0).toBe(65_536);
  });
});
