import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connect,
  endpoint,
  exchange,
  handshake,
  mailIn,
  newId,
  post,
  send,
  session,
  subscribe,
} from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({ config: { cometd: { timeout: 2000 } } });
const fullAdvice = { interval: 0, reconnect: 'retry', timeout: 2000 };

describe('paths and bodies', () => {
  const endings = ['', '/', '/handshake', '/connect', '/disconnect', '/subscribe', '/unsubscribe'];
  it.each([...endings, '/publish/', '/any.thing', '/%E0%A4%A'])('answers at %j', async (ending) => {
    const message = { channel: '/meta/handshake', id: '1' };
    const answer = await post(server, 'paths', message, { path: `${endpoint}${ending}` });
    expect(answer.json).toMatchObject([{ channel: '/meta/handshake', successful: true }]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-cache, no-store',
    });
  });

  it('goes by the messages, whatever the path says', async () => {
    const clientId = await handshake(server, 'java');
    const path = `${endpoint}/subscribe`;
    const answer = await post(server, 'java', [subscribe(clientId)], { path });
    expect(answer.json).toMatchObject([{ channel: '/meta/subscribe', successful: true }]);
    await send(server, 'java', 'heard');
    const polled = await post(server, 'java', connect(clientId), { path: `${endpoint}/publish` });
    expect(mailIn(polled.json)).toEqual(['heard']);
  });

  it('is nowhere else', async () => {
    const answer = await post(server, 'paths', {}, { path: `${endpoint}/sub/scribe` });
    expect([answer.status, answer.json.exception]).toEqual([404, 'RouteNotFound']);
  });

  it('takes a form with messages, one or several', async () => {
    const clientId = await session(server, 'forms');
    const form = new URLSearchParams();
    form.append('message', JSON.stringify(subscribe(clientId)));
    form.append('message', JSON.stringify([connect(clientId)]));
    const answer = await server.request('POST', endpoint, { form, headers: { gms_user: 'forms' } });
    expect(answer.json.map((reply: { channel: string }) => reply.channel)).toEqual([
      '/meta/subscribe',
      '/meta/connect',
    ]);
  });

  it.each(['', '   ', '{', '[]', '7', '"x"', 'null'])(
    'refuses the body %j with 400',
    async (body) => {
      const headers = { 'Content-Type': 'application/json', gms_user: 'bodies' };
      const answer = await server.request('POST', endpoint, { body, headers });
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
    },
  );

  it('skips a byte order mark', async () => {
    const body = `\uFEFF[{"channel":"/meta/handshake","id":"1"}]`;
    const headers = { gms_user: 'marks' };
    const answer = await server.request('POST', endpoint, { body, headers });
    expect(answer.json).toMatchObject([{ channel: '/meta/handshake', successful: true }]);
  });

  it('refuses more than a hundred messages with 400', async () => {
    const clientId = await handshake(server, 'many messages');
    const messages = (count: number) => Array<object>(count).fill(subscribe(clientId));
    expect(await exchange(server, 'many messages', messages(100))).toHaveLength(100);
    const answer = await post(server, 'many messages', messages(101));
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
  });

  it('refuses a body over 256 kB with 413', async () => {
    const message = { channel: '/meta/handshake', ext: { fill: 'x'.repeat(256 * 1024) } };
    const answer = await post(server, 'large', message);
    expect([answer.status, answer.json.exception]).toEqual([413, 'PayloadTooLarge']);
  });

  it('answers junk among messages with an error each', async () => {
    const clientId = await session(server, 'junk');
    const replies = await exchange(server, 'junk', [
      ...[7, null, 'x', [], { id: '3' }, { channel: 7 }],
      subscribe(clientId),
    ]);
    expect(replies.map(({ successful }) => successful)).toEqual([
      ...Array<boolean>(6).fill(false),
      true,
    ]);
  });
});

it('refuses messages that are nested deep, wherever they would be echoed or kept', async () => {
  const nested = '['.repeat(10_000) + ']'.repeat(10_000);
  const clientId = await session(server, 'nested');
  for (const member of ['subscription', 'ext', 'data', 'advice', 'id']) {
    const body = `[{"channel":"/meta/subscribe","clientId":"${clientId}","${member}":${nested}}]`;
    const headers = { 'Content-Type': 'application/json', gms_user: 'nested' };
    const answer = await server.request('POST', endpoint, { body, headers });
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
  }
});

it('skips a byte order mark, and refuses more than 20,000 members', async () => {
  const message = '{"channel":"/meta/handshake","version":"1.0"}';
  const headers = { 'Content-Type': 'application/json', gms_user: 'marked' };
  const marked = await server.request('POST', endpoint, { body: `\uFEFF${message}`, headers });
  expect([marked.status, marked.json[0].successful]).toEqual([200, true]);
  const body = `[${message},${'[],'.repeat(20_000)}7]`;
  const answer = await server.request('POST', endpoint, { body, headers });
  expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
});

describe('/meta/handshake', () => {
  it('answers as the documents show', async () => {
    const [reply] = await exchange(server, 'BuzzBrain', {
      version: '1.0',
      minimumVersion: '0.9',
      channel: '/meta/handshake',
      id: '0',
    });
    expect(reply).toEqual({
      id: '0',
      channel: '/meta/handshake',
      successful: true,
      version: '1.0',
      minimumVersion: '1.0',
      supportedConnectionTypes: ['websocket', 'callback-polling', 'long-polling'],
      // A client that goes on by the last advice it saw recovers by it from a 402.
      advice: fullAdvice,
      ext: { ack: true },
      clientId: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('without gms_user is refused for good', async () => {
    const replies = await exchange(server, undefined, { channel: '/meta/handshake', id: '1' });
    expect(replies).toMatchObject([
      { successful: false, error: '403::gms_user_required', advice: { reconnect: 'none' } },
    ]);
  });

  it('without a common connection type is refused for good', async () => {
    const message = { channel: '/meta/handshake', supportedConnectionTypes: ['flash'] };
    const replies = await exchange(server, 'types', message);
    expect(replies).toMatchObject([{ successful: false, advice: { reconnect: 'none' } }]);
    expect(replies[0]).not.toHaveProperty('clientId');
  });

  it('stands alone: other messages of the request are ignored', async () => {
    const messages = [subscribe('x'), { channel: '/meta/handshake', id: '1' }, connect('x')];
    const replies = await exchange(server, 'alone', messages);
    expect(replies).toMatchObject([{ channel: '/meta/handshake', successful: true }]);
    expect(replies).toHaveLength(1);
  });

  it('sets the browser cookie once and never asks for it', async () => {
    const message = { channel: '/meta/handshake' };
    const first = await post(server, 'cookies', message);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^BAYEUX_BROWSER=[0-9a-f]{32}; Path=\/; HttpOnly$/,
    );
    const cookie = first.headers['set-cookie']![0]!.split(';')[0]!;
    const second = await post(server, 'cookies', message, { headers: { Cookie: cookie } });
    expect(second.headers['set-cookie']).toBeUndefined();
  });
});

describe('/meta/connect', () => {
  it('is answered at once the first time, with advice', async () => {
    const clientId = await handshake(server, 'first');
    const replies = await exchange(server, 'first', connect(clientId, { id: 'abc' }));
    expect(replies).toEqual([
      { channel: '/meta/connect', id: 'abc', successful: true, advice: fullAdvice },
    ]);
  });

  it('is held later, and answered without advice when the time is over', async () => {
    const clientId = await session(server, 'held');
    const started = performance.now();
    const replies = await exchange(server, 'held', connect(clientId));
    expect(replies).toEqual([{ channel: '/meta/connect', id: '7', successful: true }]);
    expect(performance.now() - started).toBeGreaterThan(1900);
  });

  it("is held for the client's own timeout when that is shorter", async () => {
    const clientId = await session(server, 'short');
    const started = performance.now();
    await exchange(server, 'short', connect(clientId, { advice: { timeout: 300 } }));
    expect(performance.now() - started).toBeGreaterThan(290);
    const replies = await exchange(server, 'short', connect(clientId, { advice: { timeout: 0 } }));
    expect(replies).toEqual([{ channel: '/meta/connect', id: '7', successful: true }]);
  });

  it('is not held beside other messages', async () => {
    const clientId = await session(server, 'beside');
    const replies = await exchange(server, 'beside', [connect(clientId), subscribe(clientId)]);
    expect(replies.map(({ channel }) => channel)).toEqual(['/meta/subscribe', '/meta/connect']);
  });

  it('brings mail first and its own reply last', async () => {
    const clientId = await session(server, 'mail');
    const waiting = exchange(server, 'mail', connect(clientId));
    await delay(50);
    const id = await send(server, 'mail', 'Zoë 🙂');
    expect(await waiting).toEqual([
      { channel: '/_genesys', data: { message: 'Zoë 🙂', id } },
      { channel: '/meta/connect', id: '7', successful: true },
    ]);
  });

  it('brings what came while nobody was connected, in order and once', async () => {
    const clientId = await session(server, 'away');
    for (const message of ['1', '2', '3']) await send(server, 'away', message);
    expect(mailIn(await exchange(server, 'away', connect(clientId)))).toEqual(['1', '2', '3']);
    expect(mailIn(await exchange(server, 'away', connect(clientId)))).toEqual([]);
  });

  it('of a second request ends the first with 409 and takes over', async () => {
    const clientId = await session(server, 'twice');
    const first = post(server, 'twice', connect(clientId));
    await delay(100);
    const second = exchange(server, 'twice', connect(clientId, { id: '8' }));
    expect((await first).status).toBe(409);
    await send(server, 'twice', 'here');
    const replies = await second;
    expect(mailIn(replies)).toEqual(['here']);
    expect(replies.at(-1)).toMatchObject({ id: '8', successful: true });
  });

  it.each(['nobody-knows-it', undefined, 7, 'x'.repeat(5000)])(
    'of the unknown client %j is told to start anew',
    async (clientId) => {
      const replies = await exchange(server, 'unknown', connect(clientId as string));
      expect(replies).toMatchObject([
        {
          channel: '/meta/connect',
          id: '7',
          successful: false,
          error: '402::session_unknown',
          advice: { reconnect: 'handshake', interval: 0 },
        },
      ]);
    },
  );

  it("of somebody else's client id is as unknown", async () => {
    const clientId = await session(server, 'owner');
    const replies = await exchange(server, 'thief', [subscribe(clientId), connect(clientId)]);
    expect(replies.map(({ error }) => error)).toEqual(Array(2).fill('402::session_unknown'));
    expect(replies[0]).not.toHaveProperty('advice');
  });

  it('without gms_user is refused', async () => {
    const clientId = await session(server, 'nameless');
    const replies = await exchange(server, undefined, connect(clientId));
    expect(replies).toMatchObject([{ successful: false, error: '403::gms_user_required' }]);
  });

  it('goes to every session of the user, and to nobody else', async () => {
    const mine = [await session(server, 'many'), await session(server, 'many')];
    const other = await session(server, 'other');
    await send(server, 'many', 'for all of mine');
    for (const clientId of mine) {
      expect(mailIn(await exchange(server, 'many', connect(clientId)))).toEqual([
        'for all of mine',
      ]);
    }
    const replies = await exchange(server, 'other', connect(other, { advice: { timeout: 0 } }));
    expect(mailIn(replies)).toEqual([]);
  });

  it('that the client gives up loses nothing', async () => {
    const clientId = await session(server, 'gives-up');
    const gone = new AbortController();
    const polled = post(server, 'gives-up', connect(clientId), { signal: gone.signal });
    await delay(100);
    gone.abort();
    await expect(polled).rejects.toThrow();
    await send(server, 'gives-up', 'still there');
    expect(mailIn(await exchange(server, 'gives-up', connect(clientId)))).toEqual(['still there']);
  });

  it('sends mail of one id once', async () => {
    const clientId = await session(server, 'repeats');
    const id = newId();
    await send(server, 'repeats', 'once', id);
    await send(server, 'repeats', 'once', id);
    await send(server, 'repeats', 'after');
    expect(mailIn(await exchange(server, 'repeats', connect(clientId)))).toEqual(['once', 'after']);
  });
});

it('a session that goes on is written down at most every 15 seconds', async () => {
  const clientId = await session(server, 'steady');
  const seenAt = async () => {
    const query = 'SELECT connected, seen_at FROM comet_session WHERE client_id = $1';
    const [row] = await databaseRows(server, query, [clientId]);
    return row as { connected: boolean; seen_at: Date };
  };
  // That it has connected is news.
  await eventually(async () => expect(await seenAt()).toMatchObject({ connected: true }));
  const before = await seenAt();
  for (let time = 0; time < 4; time++) {
    await exchange(server, 'steady', connect(clientId, { advice: { timeout: 600 } }));
  }
  expect(await seenAt()).toEqual(before);
});

describe('/meta/subscribe and /meta/unsubscribe', () => {
  it.each(['/_genesys', ['/_genesys'], ['/_genesys', '/service/chat']])(
    'echo %j as it was given',
    async (subscription) => {
      const clientId = await handshake(server, 'echo');
      for (const channel of ['/meta/subscribe', '/meta/unsubscribe']) {
        const replies = await exchange(server, 'echo', {
          ...subscribe(clientId, subscription),
          channel,
        });
        expect(replies).toEqual([{ channel, id: '2', subscription, successful: true }]);
      }
    },
  );

  it.each([
    '/*',
    '/**',
    '/_genesys/*',
    '/service/*',
    '/foo',
    '',
    7,
    ['/_genesys', '/foo'],
    '/meta/x',
  ])('refuse %j', async (subscription) => {
    const clientId = await handshake(server, 'denied');
    const replies = await exchange(server, 'denied', subscribe(clientId, subscription));
    expect(replies).toEqual([
      {
        ...{ channel: '/meta/subscribe', id: '2', subscription },
        ...{ successful: false, error: '403::subscribe_denied' },
      },
    ]);
  });

  it('are refused beyond a hundred channels, which costs nobody the session', async () => {
    const clientId = await handshake(server, 'collects');
    const channels = (from: number) =>
      Array.from({ length: 20 }, (_, at) => `/service/c${String(from + at)}`);
    for (let from = 0; from < 100; from += 20) {
      const [reply] = await exchange(server, 'collects', subscribe(clientId, channels(from)));
      expect(reply).toMatchObject({ successful: true });
    }
    expect(await exchange(server, 'collects', subscribe(clientId, '/service/more'))).toMatchObject([
      { successful: false, error: '403::subscribe_denied' },
    ]);
    expect(await exchange(server, 'collects', connect(clientId))).toMatchObject([
      { successful: true },
    ]);
  });

  it('hold mail until the subscription, also for a connect that is held already', async () => {
    const clientId = await handshake(server, 'patient');
    await exchange(server, 'patient', connect(clientId));
    await send(server, 'patient', 'before');
    const waiting = exchange(server, 'patient', connect(clientId));
    await delay(100);
    await exchange(server, 'patient', [subscribe(clientId)]);
    expect(mailIn(await waiting)).toEqual(['before']);
  });

  it('made by way of another node take effect, also when no word of it came here', async () => {
    const clientId = await handshake(server, 'unheard-of');
    await exchange(server, 'unheard-of', connect(clientId));
    await send(server, 'unheard-of', 'before');
    const change = (subscriptions: string) =>
      databaseRows(server, 'UPDATE comet_session SET subscriptions = $2 WHERE client_id = $1', [
        ...[clientId, subscriptions],
      ]);
    await change('{/_genesys}');
    await eventually(async () => {
      expect(mailIn(await exchange(server, 'unheard-of', connect(clientId)))).toEqual(['before']);
    }, 15_000);
    await change('{}');
    await eventually(async () => {
      await send(server, 'unheard-of', 'unwanted');
      const quiet = connect(clientId, { advice: { timeout: 0 } });
      expect(mailIn(await exchange(server, 'unheard-of', quiet))).toEqual([]);
    }, 15_000);
  });

  it('stop mail after unsubscribing', async () => {
    const clientId = await session(server, 'leaves');
    const message = { ...subscribe(clientId), channel: '/meta/unsubscribe' };
    await exchange(server, 'leaves', message);
    await send(server, 'leaves', 'unheard');
    const replies = await exchange(
      server,
      'leaves',
      connect(clientId, { advice: { timeout: 200 } }),
    );
    expect(mailIn(replies)).toEqual([]);
  });
});

describe('publishing by clients', () => {
  it.each(['/_genesys', '/foo', '/service/unheard', '/_genesys/x'])(
    'is denied to %s',
    async (channel) => {
      const clientId = await session(server, 'publishes');
      const message = { channel, clientId, data: { a: 1 }, id: '9' };
      const replies = await exchange(server, 'publishes', message);
      expect(replies).toEqual([
        { channel, id: '9', successful: false, error: '403::publish_denied' },
      ]);
    },
  );
});

describe('/meta/disconnect', () => {
  it('releases the held connect for good and ends the session', async () => {
    const clientId = await session(server, 'leaving');
    const held = exchange(server, 'leaving', connect(clientId));
    await delay(100);
    const message = { channel: '/meta/disconnect', clientId, id: '5' };
    expect(await exchange(server, 'leaving', message)).toEqual([
      { channel: '/meta/disconnect', id: '5', successful: true },
    ]);
    expect(await held).toMatchObject([{ successful: true, advice: { reconnect: 'none' } }]);
    const later = await exchange(server, 'leaving', [message, connect(clientId)]);
    expect(later.map(({ error }) => error)).toEqual(Array(2).fill('402::session_unknown'));
  });
});

describe('the ack extension', () => {
  const ack = { ext: { ack: true } };

  it('keeps mail until it is acknowledged, and counts up', async () => {
    const clientId = await session(server, 'acks', ack);
    await send(server, 'acks', 'a');
    await send(server, 'acks', 'b');
    const first = await exchange(server, 'acks', connect(clientId, { ext: { ack: 0 } }));
    const carried = first.at(-1)!.ext.ack as number;
    expect([mailIn(first), carried]).toEqual([['a', 'b'], 2]);
    // The answer did not arrive: the client acknowledges what it had before.
    const again = await exchange(server, 'acks', connect(clientId, { ext: { ack: 0 } }));
    expect([mailIn(again), again.at(-1)!.ext.ack]).toEqual([['a', 'b'], 2]);
    await send(server, 'acks', 'c');
    const next = await exchange(server, 'acks', connect(clientId, { ext: { ack: carried } }));
    expect([mailIn(next), next.at(-1)!.ext.ack]).toEqual([['c'], 3]);
    const quiet = { ext: { ack: 3 }, advice: { timeout: 100 } };
    const last = await exchange(server, 'acks', connect(clientId, quiet));
    expect([mailIn(last), last.at(-1)!.ext.ack]).toEqual([[], 3]);
  });

  it('never counts up over mail that the answer does not carry', async () => {
    const clientId = await session(server, 'pauses', ack);
    await send(server, 'pauses', 'a');
    const at = (number: number) =>
      connect(clientId, { ext: { ack: number }, advice: { timeout: 0 } });
    expect(mailIn(await exchange(server, 'pauses', at(0)))).toEqual(['a']);
    await exchange(server, 'pauses', { ...subscribe(clientId), channel: '/meta/unsubscribe' });
    const without = await exchange(server, 'pauses', at(0));
    expect([mailIn(without), without.at(-1)!.ext.ack]).toEqual([[], 0]);
    await exchange(server, 'pauses', subscribe(clientId));
    expect(mailIn(await exchange(server, 'pauses', at(0)))).toEqual(['a']);
  });

  it('never counts mail that the answer does not carry', async () => {
    const clientId = await session(server, 'breaks', ack);
    await send(server, 'breaks', 'a');
    const first = await exchange(server, 'breaks', connect(clientId, { ext: { ack: 0 } }));
    expect(mailIn(first)).toEqual(['a']);
    // The answer was lost; the client gives up one more connect and asks again without waiting.
    for (let times = 0; times < 20; times++) {
      const [, replies] = await Promise.all([
        post(server, 'breaks', connect(clientId, { ext: { ack: 0 } })),
        exchange(server, 'breaks', connect(clientId, { ext: { ack: 0 }, advice: { timeout: 0 } })),
      ]);
      expect(replies.at(-1)!.ext.ack).toBe(mailIn(replies).length);
    }
  });

  it('is offered always, and used only when asked for', async () => {
    const clientId = await session(server, 'no-acks');
    await send(server, 'no-acks', 'a');
    const replies = await exchange(server, 'no-acks', connect(clientId));
    expect(replies.at(-1)).toEqual({ channel: '/meta/connect', id: '7', successful: true });
  });
});

it('the timesync extension is answered', async () => {
  const sent = { ext: { timesync: { tc: 1000, l: 20, o: 5 } } };
  const clientId = await handshake(server, 'clock', sent);
  const replies = await exchange(server, 'clock', connect(clientId, sent));
  expect(replies.at(-1)!.ext.timesync).toEqual({
    tc: 1000,
    ts: expect.any(Number),
    p: expect.any(Number),
    a: expect.any(Number),
  });
});

describe('callback-polling', () => {
  const get = (user: string, query: string) =>
    server.request('GET', `${endpoint}?${query}`, { headers: { gms_user: user } });

  it('answers a script that calls the function', async () => {
    const message = encodeURIComponent(JSON.stringify([{ channel: '/meta/handshake', id: '1' }]));
    const answer = await get('scripts', `jsonp=a.b&message=${message}`);
    expect(answer.headers['content-type']).toMatch(/^text\/javascript/);
    expect(answer.text).toMatch(/^\/\*\*\/a\.b\(\[\{.*"successful":true.*\}\]\);$/);
  });

  it.each(['', 'alert(1)//', 'a b', '<x>', '1a', 'a..b'])('refuses the name %j', async (name) => {
    const message = encodeURIComponent('[{"channel":"/meta/handshake"}]');
    const answer = await get('scripts', `jsonp=${encodeURIComponent(name)}&message=${message}`);
    expect([answer.status, answer.json.message]).toEqual([400, expect.stringContaining('jsonp')]);
  });
});
