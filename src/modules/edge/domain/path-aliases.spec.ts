import { describe, expect, it } from '@jest/globals';
import { canonicalUrl, isPage } from './path-aliases.js';

describe('canonicalUrl', () => {
  it.each([
    ['/gms-web/gms/1/storage/60', '/genesys/1/storage/60'],
    ['/GMS-web/gms/1/storage/60', '/genesys/1/storage/60'],
    [
      '/GMS-WEB/gms/1/service/x?a=%2F&b=/gms-web/gms/1/',
      '/genesys/1/service/x?a=%2F&b=/gms-web/gms/1/',
    ],
    ['/Gms-Web/GMS/1', '/genesys/1'],
    ['/gms-web/gms/1?x=1', '/genesys/1?x=1'],
    ['/GMS-web/resources/servicetest.html', '/genesys/resources/servicetest.html'],
    ['/gms-web/resources', '/genesys/resources'],
    ['http://host:8080/gms-web/gms/1/node', '/genesys/1/node'],
    ['http://host:8080/genesys/1/node?a=1', '/genesys/1/node?a=1'],
    ['/genesys/1/cs/genesys/1/cs/customers/7/services/1', '/genesys/1/cs/customers/7/services/1'],
    ['/Genesys/1/CS/Genesys/1/cs/services/1?a=1', '/Genesys/1/cs/services/1?a=1'],
    ['/gms-web/gms/1/cs/genesys/1/cs/services/1', '/genesys/1/cs/services/1'],
    ['https://host', '/'],
    ['http://host?a=1', '/?a=1'],
  ])('reads %s as %s', (url, meant) => {
    expect(canonicalUrl(url)).toBe(meant);
  });

  it.each([
    '/',
    '',
    '*',
    '/genesys/1/node',
    '/genesys/1/storage/gms-web/gms/1/x',
    '/genesys/1/cs/genesys/1/cs',
    '/genesys/1/cs/genesys/1/csx/services/1',
    '/genesys/1/cs/genesys/2/cs/services/1',
    '/genesys/1/cs/services/genesys/1/cs/x',
    '/gms-web',
    '/gms-web/',
    '/gms-web/gms/2/storage/60',
    '/gms-web/gms/12/storage/60',
    '/gms-web/gms/1x',
    '/gms-web/resourcesx',
    '/gms-web/other',
    '/xgms-web/gms/1/node',
    '//gms-web/gms/1/node',
    '/gms-webx/gms/1/node',
    '/abc-/gms/1',
  ])('leaves %s as it is', (url) => {
    expect(canonicalUrl(url)).toBe(url);
  });
});

describe('isPage', () => {
  it.each([
    '/',
    '/?x',
    '/docs',
    '/docs/',
    '/DOCS/swagger-ui.css',
    '/docs?x',
    '/genesys/resources/a.html',
  ])('%s is one', (url) => {
    expect(isPage(url)).toBe(true);
  });

  it.each(['//', '/docs-json', '/docsx', '/genesys/1/node', '/genesys/resourcesx'])(
    '%s is none',
    (url) => {
      expect(isPage(url)).toBe(false);
    },
  );
});
