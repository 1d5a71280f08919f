import { describe, expect, it } from '@jest/globals';
import { namedChannels } from './channels.js';
import { success, unknownSession } from './replies.js';

const message = { channel: '/meta/unsubscribe', clientId: 'x', id: 3 };

describe('/meta/unsubscribe', () => {
  it.each(['/_genesys', ['/_genesys', '/service/chat']])(
    'from %j names channels as a subscribe does, and has them echoed',
    (subscription) => {
      const given = { ...message, subscription };
      expect(namedChannels(given)).toEqual([subscription].flat());
      expect(success(given, 0)).toEqual({
        ...{ id: 3, channel: '/meta/unsubscribe', subscription, successful: true },
      });
    },
  );

  it('from what nobody can subscribe to is denied', () => {
    expect(namedChannels({ ...message, subscription: '/*' })).toBe('denied');
    expect(namedChannels(message)).toBe('missing');
  });

  it('of a session that is unknown has no advice', () => {
    expect(unknownSession(message)).toEqual({
      ...{ id: 3, channel: '/meta/unsubscribe', successful: false },
      error: '402::session_unknown',
    });
  });
});
