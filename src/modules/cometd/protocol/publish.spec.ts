import { describe, expect, it } from '@jest/globals';
import { errors, invalidMessageReply, errorReply, successReply } from './replies.js';

describe('a publish of a client', () => {
  it('to a service is answered without its data', () => {
    const message = { channel: '/service/chat', clientId: 'x', data: { a: [1] }, id: '4' };
    expect(successReply(message, 0)).toEqual({
      id: '4',
      channel: '/service/chat',
      successful: true,
    });
  });

  it.each(['/_genesys', '/foo'])('to %s is denied', (channel) => {
    expect(errorReply({ channel, data: 'x', id: 9 }, errors.publishDenied)).toEqual({
      ...{ id: 9, channel, successful: false, error: '403::publish_denied' },
    });
  });

  it('that has no channel is named by its id alone', () => {
    expect(errorReply({ channel: 7, id: '3' }, errors.messageInvalid)).toEqual({
      ...{ id: '3', successful: false, error: '400::message_invalid' },
    });
  });

  it('that is no message has an error all the same', () => {
    expect(invalidMessageReply).toEqual({ successful: false, error: '400::message_invalid' });
  });
});

it('errors are a code, arguments and words, as Bayeux writes them', () => {
  for (const error of Object.values(errors)) expect(error).toMatch(/^4\d\d::[a-z_]+$/);
});
