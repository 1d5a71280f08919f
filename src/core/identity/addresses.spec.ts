import { describe, expect, it } from '@jest/globals';
import {
  AddressBlocks,
  canonicalAddress,
  isAddressBlock,
  isLoopback,
  networkOf,
} from './addresses.js';

describe('canonicalAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:7f00:1', '127.0.0.1'],
    ['0:0:0:0:0:ffff:c000:207', '192.0.2.7'],
    ['2001:DB8:0:0::7', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('writes %s as %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it.each([
    '',
    ' ',
    'localhost',
    'unknown',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.1.',
    '127.0.0.1:80',
    '127.0.0.256',
    '[::1]',
    '1::2::3',
    '::ffff:127.1',
    '127.0.0.1\0',
    '１２７.0.0.1',
  ])('does not take %j for an address', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.255.255.255', '::1'])('%s is', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['128.0.0.1', '10.0.0.1', '::2', '12.7.0.0'])('%s is not', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});

describe('AddressBlocks', () => {
  const blocks = new AddressBlocks([
    '10.0.0.0/8',
    '192.0.2.7',
    '2001:db8::/32',
    '::1',
    '::ffff:172.16.0.0/108',
  ]);

  it.each(['10.0.0.0', '10.255.255.255', '192.0.2.7', '2001:db8:ffff::1', '::1', '172.31.0.1'])(
    'holds %s',
    (address) => {
      expect(blocks.contains(address)).toBe(true);
    },
  );

  it.each(['11.0.0.0', '192.0.2.8', '2001:db9::', '::2', '172.32.0.0', '::a00:1'])(
    'does not hold %s',
    (address) => {
      expect(blocks.contains(address)).toBe(false);
    },
  );

  it('takes /0 for everything of its family', () => {
    expect(new AddressBlocks(['0.0.0.0/0']).contains('203.0.113.9')).toBe(true);
    expect(new AddressBlocks(['0.0.0.0/0']).contains('2001:db8::1')).toBe(false);
    expect(new AddressBlocks(['::/0']).contains('2001:db8::1')).toBe(true);
    expect(new AddressBlocks(['::/0']).contains('203.0.113.9')).toBe(false);
  });

  it('trusts nothing by a block that it cannot read', () => {
    const odd = ['10.0.0.0/33', '10/8', 'example.org', '', '::/129', '1.2.3.4/', '1.2.3.4/8/8'];
    const read = new AddressBlocks(odd);
    expect(odd.some(isAddressBlock)).toBe(false);
    expect(['10.0.0.1', '1.2.3.4', '::1'].some((address) => read.contains(address))).toBe(false);
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['::1', '::'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
