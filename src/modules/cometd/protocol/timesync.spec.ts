import { describe, expect, it } from '@jest/globals';
import {
  connectReply,
  handshakeReply,
  errorReply,
  successReply,
  errors,
  noReconnectAdvice,
} from './replies.js';

const sent = { channel: '/meta/connect', ext: { timesync: { tc: 1000, l: 20, o: 5 } } };

describe('the timesync extension', () => {
  it('says when the message came, how long it was held, and how far the client is off', () => {
    expect(connectReply(sent, { now: 5000, heldMs: 300 }).ext).toEqual({
      timesync: { tc: 1000, ts: 4700, p: 300, a: 1000 + 5 + 20 - 4700 },
    });
  });

  it('stands beside acknowledgements', () => {
    expect(connectReply(sent, { ack: 3, now: 1025, heldMs: 0 }).ext).toEqual({
      ack: 3,
      timesync: { tc: 1000, ts: 1025, p: 0, a: 0 },
    });
    expect(handshakeReply(sent, 'x', noReconnectAdvice, 1025).ext).toMatchObject({
      ack: true,
      timesync: { a: 0 },
    });
  });

  it('knows no lag and no offset at first', () => {
    const first = { ext: { timesync: { tc: 1000 } } };
    expect(successReply(first, 1100).ext).toEqual({
      timesync: { tc: 1000, ts: 1100, p: 0, a: -100 },
    });
  });

  it.each([undefined, null, 7, {}, { tc: '1000' }, { l: 1 }, [1000]])(
    'is not answered to %j',
    (timesync) => {
      expect(successReply({ ext: { timesync } }, 0)).not.toHaveProperty('ext');
    },
  );

  it('is not answered to what is refused', () => {
    expect(errorReply(sent, errors.sessionUnknown)).not.toHaveProperty('ext');
  });
});
