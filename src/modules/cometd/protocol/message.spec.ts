import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientIdOf, toElements, retainForReply, idOf } from './message.js';

const clientId = '0123456789abcdef0123456789abcdef01234567';

describe('the elements of a body', () => {
  it('are one message, or those of an array', () => {
    expect(toElements({ channel: '/a' })).toEqual([{ channel: '/a' }]);
    expect(toElements([{ channel: '/a' }, {}])).toEqual([{ channel: '/a' }, {}]);
  });

  it('are none when it is neither', () => {
    expect(toElements([])).toEqual([]);
    for (const body of [null, undefined, 7, 'x', true]) {
      expect(toElements(body)).toBeUndefined();
    }
  });

  it('that are no messages keep their place, for an error each', () => {
    expect(toElements([7, {}, null, 'x', [], [{}]])).toEqual([
      ...[undefined, {}, undefined, undefined, undefined, undefined],
    ]);
  });

  it('are as many as the array has, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), (body) => {
        expect(toElements(body)).toHaveLength(body.length);
      }),
    );
  });
});

describe('the client id of a message', () => {
  it('is one that could be ours', () => {
    expect(clientIdOf({ clientId })).toBe(clientId);
  });

  it.each([
    undefined,
    null,
    7,
    '',
    'x',
    clientId.toUpperCase(),
    `${clientId}0`,
    `${clientId}\n`,
    [clientId],
  ])('is not %j', (named) => {
    expect(clientIdOf({ clientId: named })).toBeUndefined();
  });
});

describe('the id of a message', () => {
  it.each(['', 'abc', '7', 0, 7])('%j is echoed as it came', (id) => {
    expect(idOf({ id })).toEqual({ id });
  });

  it.each([undefined, null, true, {}, ['7']])('%j is none', (id) => {
    expect(idOf({ id })).toEqual({});
  });
});

describe('what is kept of a connect that is held', () => {
  it('is what its reply goes by', () => {
    const timesync = { tc: 1, l: 2, o: 3 };
    const message = { channel: '/meta/connect', id: '7', ext: { timesync } };
    expect(retainForReply(message)).toEqual(message);
    expect(retainForReply({ channel: '/meta/connect' })).toEqual({ channel: '/meta/connect' });
  });

  it('is nothing else, however large', () => {
    const message = {
      ...{ channel: '/meta/connect', id: '7', clientId, subscription: 'x', data: 'x', advice: {} },
      ext: { ack: 1, fill: 'x', timesync: { tc: 1, fill: 'x' } },
    };
    const ext = { timesync: { tc: 1 } };
    expect(retainForReply(message)).toEqual({ channel: '/meta/connect', id: '7', ext });
  });
});
