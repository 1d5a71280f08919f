import { describe, expect, it } from '@jest/globals';
import { foreignPageReason } from './own-page.js';

const own = {
  hosts: new Set(['localhost', 'gms-1', 'gms.example.org']),
  origins: new Set(['https://gms.example.org']),
};

describe('the Host of an internal call', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:8080',
    'localhost.',
    'gms-1:8080',
    'gms.example.org',
    'GMS.example.org:443',
    '127.0.0.1',
    '127.0.0.1:8080',
    '10.1.2.3:80',
    '[::1]:8080',
    '[2001:db8::7]',
    '',
    undefined,
  ])('may be %s', (host) => {
    expect(foreignPageReason({ host }, own)).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'notlocalhost',
    'gms.example.org.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io:8080',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '::1',
    '[::1',
    '[127.0.0.1]',
    '[evil.example]',
    'localhost:8080:80',
    'localhost:',
    'localhost/',
    'user@localhost',
    'localhost, evil.example',
    'localhost evil.example',
    ' ',
    '..',
    '１２７.0.0.1',
  ])('may not be %j', (host) => {
    expect(foreignPageReason({ host }, own)).toMatch(/Host/);
  });
});

describe('the Origin of an internal call', () => {
  it.each([
    ['http://localhost:8080', 'localhost:8080'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['http://localhost', 'localhost'],
    ['http://localhost', 'localhost:80'],
    ['http://localhost:8080', 'LOCALHOST:8080'],
    ['https://gms-1', 'gms-1'],
    ['https://gms-1', 'gms-1:443'],
    ['https://gms.example.org', 'gms.example.org'],
    ['https://gms.example.org', '10.0.0.7:8080'],
    [undefined, 'localhost:8080'],
  ])('may be %s at %s', (origin, host) => {
    expect(foreignPageReason({ host, origin }, own)).toBeUndefined();
  });

  it.each([
    ['null', 'localhost:8080'],
    ['', 'localhost:8080'],
    ['http://evil.example', 'localhost:8080'],
    ['http://localhost', 'localhost:8080'],
    ['http://localhost:3000', 'localhost:8080'],
    ['http://127.0.0.1:8080', 'localhost:8080'],
    ['http://localhost:8080.evil.example', 'localhost:8080'],
    ['http://localhost:8080@evil.example', 'localhost:8080'],
    ['http://evil.example#localhost:8080', 'localhost:8080'],
    ['https://localhost', 'localhost:80'],
    ['http://gms.example.org', '10.0.0.7:8080'],
    ['https://gms.example.org.evil.example', '10.0.0.7'],
    ['chrome-extension://localhost:8080', 'localhost:8080'],
    ['file://', 'localhost:8080'],
    ['localhost:8080', 'localhost:8080'],
    ['http://localhost:8080, http://evil.example', 'localhost:8080'],
    ['http://localhost:8080', ''],
    ['http://localhost:8080', undefined],
  ])('may not be %j at %j', (origin, host) => {
    expect(foreignPageReason({ host, origin }, own)).toMatch(/origin/);
  });
});

describe('Sec-Fetch-Site of an internal call', () => {
  it.each(['same-origin', 'none', undefined])('may be %s', (site) => {
    expect(foreignPageReason({ host: 'localhost', 'sec-fetch-site': site }, own)).toBeUndefined();
  });

  it('may be same-site with a key alone', () => {
    const headers = { host: 'localhost', 'sec-fetch-site': 'same-site' };
    expect(foreignPageReason(headers, own, { origins: [], byNetwork: true })).toMatch(/site/);
    expect(foreignPageReason(headers, own)).toBeUndefined();
  });

  it('may not be cross-site', () => {
    expect(foreignPageReason({ host: 'localhost', 'sec-fetch-site': 'cross-site' }, own)).toMatch(
      /site/,
    );
  });
});

describe('the Referer of an internal call that its network alone allows', () => {
  const byNetwork = { origins: [], byNetwork: true };

  it.each([
    ['http://localhost:8080/docs', 'localhost:8080'],
    ['https://gms.example.org/docs?a=b', '10.0.0.7:8080'],
    ['', 'localhost'],
    [undefined, 'localhost'],
  ])('may be %s at %s', (referer, host) => {
    expect(foreignPageReason({ host, referer }, own, byNetwork)).toBeUndefined();
  });

  it.each([
    ['http://evil.example/', 'localhost'],
    ['http://localhost:3000/', 'localhost:8080'],
    ['http://localhost@evil.example/', 'localhost'],
    ['http://localhost/, http://evil.example/', 'localhost:8080'],
    ['about:blank', 'localhost'],
    ['/page', 'localhost'],
    ['http://localhost/', ''],
  ])('may not be %j at %j', (referer, host) => {
    expect(foreignPageReason({ host, referer }, own, byNetwork)).toMatch(/Referer/);
    expect(foreignPageReason({ host, referer }, own)).toBeUndefined();
  });
});
