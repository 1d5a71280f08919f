import { expect, it } from '@jest/globals';
import { parseNodeStatus } from './node-status.js';

it.each(['ONLINE', 'online', 'OnLine'])('reads %s as ONLINE', (text) => {
  expect(parseNodeStatus(text)).toBe('ONLINE');
});

it.each(['', 'ON', 'ONLINE ', 'toString', 'away'])('refuses "%s"', (text) => {
  expect(() => parseNodeStatus(text)).toThrow('status takes ONLINE or OFFLINE');
});
