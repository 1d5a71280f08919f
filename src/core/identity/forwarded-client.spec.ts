import { describe, expect, it } from '@jest/globals';
import { forwardedClient } from './forwarded-client.js';

const proxies = new Set(['10.0.0.1', '10.0.0.2', '2001:db8::1']);
const clientOf = (header: string): string | undefined =>
  forwardedClient(header, (address) => proxies.has(address));

describe('forwardedClient', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['203.0.113.9,10.0.0.1,10.0.0.2', '203.0.113.9'],
    ['203.0.113.9, 2001:DB8:0::1', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
  ])('reads %j as %s', (header, client) => {
    expect(clientOf(header)).toBe(client);
  });

  it.each([
    // What the client wrote itself stands left of what the proxy added.
    ['127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['127.0.0.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
    ['10.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['garbage, 203.0.113.9', '203.0.113.9'],
    [', 203.0.113.9', '203.0.113.9'],
  ])('believes nothing that a client wrote into %j', (header, client) => {
    expect(clientOf(header)).toBe(client);
  });

  it('takes the leftmost when all are trusted proxies', () => {
    expect(clientOf('10.0.0.2, 10.0.0.1')).toBe('10.0.0.2');
  });

  it.each([
    '',
    ',',
    'unknown',
    '_hidden',
    '127.0.0.1, unknown',
    '127.0.0.1,',
    '127.0.0.1, unknown, 10.0.0.1',
    '127.1',
    '0x7f000001',
    '[127.0.0.1',
    'localhost',
    '"127.0.0.1"',
    'for=127.0.0.1',
    '127.0.0.1 127.0.0.1',
  ])('knows no client by %j', (header) => {
    expect(clientOf(header)).toBeUndefined();
  });
});
