import { describe, expect, it } from '@jest/globals';
import { connectReply, noReconnectAdvice, successReply, unknownSessionReply } from './replies.js';

const message = { channel: '/meta/disconnect', clientId: 'x', id: '5' };

describe('/meta/disconnect', () => {
  it('is answered, and what its ext carried is not sent back', () => {
    expect(successReply({ ...message, ext: { transcriptPosition: 7 } }, 0)).toEqual({
      ...{ id: '5', channel: '/meta/disconnect', successful: true },
    });
  });

  it('releases the connect that is held, which is told not to come back', () => {
    const held = { channel: '/meta/connect', id: '7' };
    expect(connectReply(held, { advice: noReconnectAdvice, now: 0, heldMs: 10 })).toEqual({
      ...{ id: '7', channel: '/meta/connect', successful: true },
      advice: { interval: 0, reconnect: 'none' },
    });
  });

  it('of a session that is unknown has no advice: there is nothing to start anew', () => {
    expect(unknownSessionReply(message)).toEqual({
      ...{ id: '5', channel: '/meta/disconnect', successful: false },
      error: '402::session_unknown',
    });
  });
});
