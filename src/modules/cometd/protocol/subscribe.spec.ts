import { describe, expect, it } from '@jest/globals';
import { isServiceChannel, requestedChannels } from './channels.js';
import { errors, errorReply, successReply, unknownSessionReply } from './replies.js';

const message = { channel: '/meta/subscribe', clientId: 'x', id: '2' };
const channels = (count: number) =>
  Array.from({ length: count }, (_, at) => `/service/${String(at)}`);

describe('/meta/subscribe', () => {
  it.each([
    ['/_genesys', ['/_genesys']],
    [['/_genesys'], ['/_genesys']],
    ['/service/chat', ['/service/chat']],
    [
      ['/_genesys', '/service/a/b', '/_genesys'],
      ['/_genesys', '/service/a/b'],
    ],
    [channels(20), channels(20)],
  ])('to %j is about these channels, each once', (subscription, named) => {
    expect(requestedChannels({ subscription })).toEqual(named);
  });

  it.each([
    ...['', '/', '/*', '/**', '/_genesys/', '/_genesys/*', '/_genesys/x', '/_Genesys', '_genesys'],
    ...['/foo', '/meta/connect', '/meta/*', '/service', '/service/', '/service/*', '/service/**'],
    ...['/service/a/*', '/service//a', '/service/ä', '/service/a b', '/service/a\n', ' /_genesys'],
    ...[`/service/${'x'.repeat(200)}`, 7, null, true, {}],
  ])('to %j is denied', (subscription) => {
    expect(requestedChannels({ subscription })).toBe('denied');
  });

  it('is denied as a whole when one channel is, or when they are too many', () => {
    expect(requestedChannels({ subscription: ['/_genesys', '/foo'] })).toBe('denied');
    expect(requestedChannels({ subscription: ['/_genesys', ['/_genesys']] })).toBe('denied');
    expect(requestedChannels({ subscription: channels(21) })).toBe('denied');
  });

  it('to nothing lacks something', () => {
    expect(requestedChannels({})).toBe('missing');
    expect(requestedChannels({ subscription: [] })).toBe('missing');
  });

  it.each(['/_genesys', ['/_genesys'], ['/_genesys', '/service/chat']])(
    'has its subscription %j echoed as it was given',
    (subscription) => {
      const echoed = { id: '2', channel: '/meta/subscribe', subscription };
      expect(successReply({ ...message, subscription }, 0)).toEqual({
        ...echoed,
        successful: true,
      });
      expect(errorReply({ ...message, subscription }, errors.subscribeDenied)).toEqual({
        ...{ ...echoed, successful: false, error: '403::subscribe_denied' },
      });
    },
  );

  it('of a session that is unknown has no advice: the next connect will tell', () => {
    expect(unknownSessionReply({ ...message, subscription: '/_genesys' })).toEqual({
      ...{ id: '2', channel: '/meta/subscribe', subscription: '/_genesys' },
      ...{ successful: false, error: '402::session_unknown' },
    });
  });
});

describe('channels for messages to the server', () => {
  it.each(['/service/a', '/service/a/b-c_d', '/service/(~!$@)'])('are such as %s', (channel) => {
    expect(isServiceChannel(channel)).toBe(true);
  });

  it.each(['/_genesys', '/services/a', '/service', '/a/service/b', '/service/a/'])(
    '%s is none',
    (channel) => {
      expect(isServiceChannel(channel)).toBe(false);
    },
  );
});
