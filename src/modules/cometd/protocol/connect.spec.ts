import { describe, expect, it } from '@jest/globals';
import { requestedTimeout } from './message.js';
import {
  responseText,
  connectReply,
  errors,
  eventMessageText,
  errorReply,
  type Reply,
  unknownSessionReply,
} from './replies.js';

const message = { channel: '/meta/connect', connectionType: 'long-polling', id: '7' };
const later = { now: 0, heldMs: 0 };

describe('/meta/connect', () => {
  it('is answered at first with advice, and later without', () => {
    const advice = { interval: 0, reconnect: 'retry', timeout: 60_000 } as const;
    expect(connectReply(message, { ...later, advice })).toEqual({
      ...{ id: '7', channel: '/meta/connect', successful: true },
      advice,
    });
    expect(connectReply(message, later)).toEqual({
      ...{ id: '7', channel: '/meta/connect', successful: true },
    });
  });

  it.each([0, 1, 300, 1e9])('may be wanted for %d ms', (timeout) => {
    expect(requestedTimeout({ advice: { timeout } })).toBe(timeout);
  });

  it.each([undefined, null, [], 300, {}, { timeout: -1 }, { timeout: '300' }, { timeout: null }])(
    'is held as long as ours with the advice %j',
    (advice) => {
      expect(requestedTimeout({ advice })).toBeUndefined();
    },
  );

  it('of a session that is unknown is told to start anew', () => {
    expect(unknownSessionReply({ ...message, clientId: 'x' })).toEqual({
      ...{ id: '7', channel: '/meta/connect', successful: false },
      error: '402::session_unknown',
      advice: { interval: 0, reconnect: 'handshake' },
    });
  });

  it('that another has taken the place of is not: the session goes on', () => {
    expect(errorReply(message, errors.replaced)).toEqual({
      ...{ id: '7', channel: '/meta/connect', successful: false },
      error: '409::connect_replaced',
    });
  });
});

describe('an answer', () => {
  const parsed = (mail: readonly string[], replies: readonly Reply[]): unknown =>
    JSON.parse(responseText(mail, replies));

  it('has mail first and the reply to the connect last', () => {
    const [other, reply] = [{ channel: '/meta/subscribe' }, { channel: '/meta/connect' }];
    expect(
      parsed(
        [eventMessageText('{"message":"ü","id":"1"}'), eventMessageText('{}')],
        [other, reply],
      ),
    ).toEqual([
      { channel: '/_genesys', data: { message: 'ü', id: '1' } },
      { channel: '/_genesys', data: {} },
      other,
      reply,
    ]);
  });

  it('may have mail alone, or replies alone', () => {
    expect(parsed([eventMessageText('{}')], [])).toEqual([{ channel: '/_genesys', data: {} }]);
    expect(parsed([], [{}])).toEqual([{}]);
  });
});
