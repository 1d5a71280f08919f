import { describe, expect, it } from '@jest/globals';
import { hasCommonConnectionType } from './channels.js';
import { requestsAck } from './message.js';
import {
  connectionTypes,
  errors,
  handshakeReply,
  errorReply,
  noReconnectAdvice,
} from './replies.js';

const clientId = '0123456789abcdef0123456789abcdef01234567';
const advice = { interval: 0, reconnect: 'retry', timeout: 60_000 } as const;

describe('/meta/handshake', () => {
  it('is answered as the documents show', () => {
    const message = { channel: '/meta/handshake', version: '1.0', minimumVersion: '0.9', id: '0' };
    expect(handshakeReply(message, clientId, advice, 0)).toEqual({
      id: '0',
      channel: '/meta/handshake',
      successful: true,
      clientId,
      version: '1.0',
      minimumVersion: '1.0',
      supportedConnectionTypes: ['websocket', 'callback-polling', 'long-polling'],
      advice,
      ext: { ack: true },
    });
  });

  it('is offered acknowledgements whether it asks for them or not', () => {
    for (const ext of [undefined, null, 7, {}, { ack: false }, { ack: true }]) {
      expect(handshakeReply({ ext }, clientId, advice, 0).ext).toEqual({ ack: true });
    }
  });

  it.each([{ ack: true }, { ack: { enabled: true } }, { ack: { enabled: true, x: 1 } }])(
    'asks for acknowledgements with %j',
    (ext) => {
      expect(requestsAck({ ext })).toBe(true);
    },
  );

  it.each([
    undefined,
    null,
    [],
    'ack',
    {},
    { ack: false },
    { ack: 1 },
    { ack: {} },
    { ack: [true] },
  ])('does not with %j', (ext) => {
    expect(requestsAck({ ext })).toBe(false);
  });

  it.each([
    undefined,
    ['long-polling'],
    ['callback-polling'],
    ['websocket'],
    ['flash', 'long-polling'],
  ])('of a client that can connect by %j finds a way', (supportedConnectionTypes) => {
    expect(hasCommonConnectionType({ supportedConnectionTypes }, connectionTypes)).toBe(true);
  });

  it.each([[[]], [['flash']], ['long-polling'], [null], [{}], [[7, null]]])(
    'of a client that can connect by %j finds none',
    (supportedConnectionTypes) => {
      expect(hasCommonConnectionType({ supportedConnectionTypes }, connectionTypes)).toBe(false);
    },
  );

  it('that is refused says why, and whether to come back', () => {
    const message = { channel: '/meta/handshake', id: 1, ext: { ack: true } };
    expect(errorReply(message, errors.userRequired, noReconnectAdvice)).toEqual({
      id: 1,
      channel: '/meta/handshake',
      successful: false,
      error: '403::gms_user_required',
      advice: { interval: 0, reconnect: 'none' },
    });
  });
});
