import { describe, expect, it } from '@jest/globals';
import { requestedChannels } from './channels.js';
import { successReply, unknownSessionReply } from './replies.js';

const message = { channel: '/meta/unsubscribe', clientId: 'x', id: 3 };

describe('/meta/unsubscribe', () => {
  it.each(['/_genesys', ['/_genesys', '/service/chat']])(
    'from %j names channels as a subscribe does, and has them echoed',
    (subscription) => {
      const given = { ...message, subscription };
      expect(requestedChannels(given)).toEqual([subscription].flat());
      expect(successReply(given, 0)).toEqual({
        ...{ id: 3, channel: '/meta/unsubscribe', subscription, successful: true },
      });
    },
  );

  it('from what nobody can subscribe to is denied', () => {
    expect(requestedChannels({ ...message, subscription: '/*' })).toBe('denied');
    expect(requestedChannels(message)).toBe('missing');
  });

  it('of a session that is unknown has no advice', () => {
    expect(unknownSessionReply(message)).toEqual({
      ...{ id: 3, channel: '/meta/unsubscribe', successful: false },
      error: '402::session_unknown',
    });
  });
});
