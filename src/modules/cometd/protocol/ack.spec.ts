import { describe, expect, it } from '@jest/globals';
import { acknowledgedSeq } from './message.js';
import { connectReply } from './replies.js';

const message = { channel: '/meta/connect', id: '7' };

describe('the ack extension', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('acknowledges up to %d', (ack) => {
    expect(acknowledgedSeq({ ext: { ack } })).toBe(ack);
  });

  it.each([-1, 1.5, 2 ** 53, Infinity, '7', true, null, {}, [7]])(
    'acknowledges nothing with %p',
    (ack) => {
      expect(acknowledgedSeq({ ext: { ack } })).toBeUndefined();
    },
  );

  it.each([undefined, null, 7, [7], {}])('acknowledges nothing with the ext %j', (ext) => {
    expect(acknowledgedSeq({ ext })).toBeUndefined();
  });

  it('has a number in every reply to a connect, 0 too', () => {
    for (const ack of [0, 57]) {
      expect(connectReply(message, { ack, now: 0, heldMs: 0 }).ext).toEqual({ ack });
    }
  });

  it('is not there for who did not ask for it', () => {
    const ext = { ack: 7 };
    expect(connectReply({ ...message, ext }, { now: 0, heldMs: 0 })).not.toHaveProperty('ext');
  });
});
