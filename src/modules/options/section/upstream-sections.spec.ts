import { describe, expect, it } from '@jest/globals';
import { securityRules, securitySection } from './security.section.js';
import { serverSection } from './server.section.js';
import { linesOf, SectionCatalogue, originOf } from '../../../core/settings/index.js';

async function check(given: Record<string, unknown>) {
  const catalogue = new SectionCatalogue();
  catalogue.add({ schema: serverSection });
  catalogue.add(securityRules);
  const { sections, faults } = await catalogue.check(new Map(Object.entries(given)));
  return { sections, faults: linesOf(faults) };
}

/** How many of the values are refused for the option. */
async function refused(
  section: string,
  option: string,
  values: readonly unknown[],
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const value of values) {
    const { faults } = await check({ [section]: { [option]: value } });
    if (faults.length > 0) found.push(value);
  }
  return found;
}

describe('section server', () => {
  it('has the documented defaults', async () => {
    expect((await check({})).sections.get(serverSection)).toEqual({
      external_url_base: '',
      max_body_size: 10_485_760,
      max_text_size: 1_048_576,
      max_body_memory: 268_435_456,
      _ors: '',
      _ors_lb_strategy: 'circular',
    });
  });

  it('takes an http or https URL without query as the base of links', async () => {
    const good = ['', 'http://gms.example:8080', 'https://example.com/gms/', 'http://[::1]:80'];
    expect(await refused('server', 'external_url_base', good)).toEqual([]);
    const bad = [
      ...[
        'x',
        '/gms',
        'ftp://a',
        'http:a',
        'http://',
        'https://a?b=c',
        'https://a#b',
        'http://a b',
      ],
      ...['http://me:pw@example.com', 'http://example.com:99999', true, null, ['http://a']],
    ];
    expect(await refused('server', 'external_url_base', bad)).toEqual(bad);
  });

  it('takes bodies of 1 KiB to 1 GiB', async () => {
    expect(await refused('server', 'max_body_size', [1024, '1073741824'])).toEqual([]);
    expect(await refused('server', 'max_body_size', [1023, 1_073_741_825])).toHaveLength(2);
  });

  it('takes URLs of orchestration servers, and how they take turns', async () => {
    expect(await refused('server', '_ors', ['', 'http://a:7210', 'http://a, https://b/x'])).toEqual(
      [],
    );
    expect(await refused('server', '_ors', ['a', 'http://a,', 'http://a http://b'])).toHaveLength(
      3,
    );
    expect(await refused('server', '_ors_lb_strategy', ['circular', 'Linear', 'random'])).toEqual([
      'random',
    ]);
  });
});

describe('section security', () => {
  it('has the documented defaults', async () => {
    expect((await check({})).sections.get(securitySection)).toEqual({
      trusted_networks: ['127.0.0.0/8', '::1/128'],
      trusted_proxies: [],
      public_api_key: false,
      gms_user: 'header',
      jwt_issuer: '',
      jwt_audience: '',
      jwt_jwks_url: '',
      allowed_callback_networks: [],
      cors_origins: [],
      rate_limit: { per_second: 200, burst: 400 },
    });
  });

  it.each(['trusted_networks', 'trusted_proxies', 'allowed_callback_networks'])(
    'takes addresses and networks for %s',
    async (option) => {
      const good = [[], ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104']];
      expect(await refused('security', option, good)).toEqual([]);
      const bad = ['10.0.0.0/33', '::/129', '10.1', '010.0.0.1', 'localhost', '10.0.0.0/', '', '*'];
      expect(
        await refused(
          'security',
          option,
          bad.map((text) => [text]),
        ),
      ).toHaveLength(bad.length);
      expect((await check({ security: { [option]: ['x'] } })).faults).toEqual([
        `section security, option ${option}: takes a list, each item an address or a network, as 10.0.0.0/8 or 2001:db8::/32`,
      ]);
    },
  );

  it('asks for the address of the keys when users come by token', async () => {
    expect((await check({ security: { gms_user: 'jwt' } })).faults).toEqual([
      'section security, option jwt_jwks_url: takes an http or https URL when gms_user is jwt',
    ]);
    const jwt = { gms_user: 'JWT', jwt_jwks_url: 'https://id.example/keys?tenant=1' };
    expect((await check({ security: jwt })).faults).toEqual([]);
    expect(await refused('security', 'jwt_jwks_url', ['keys', 'file:///etc/passwd'])).toHaveLength(
      2,
    );
    expect(await refused('security', 'gms_user', ['body'])).toHaveLength(1);
  });

  it('takes origins of pages and of apps in a web view', async () => {
    expect(originOf('https://www.Example.com')).toBe('https://www.example.com');
    expect(originOf('https://example.com:443/')).toBe('https://example.com');
    expect(originOf('http://localhost:3000')).toBe('http://localhost:3000');
    expect(originOf('capacitor://localhost')).toBe('capacitor://localhost');
    for (const bad of ['*', 'null', 'example.com', 'https://a/b', 'https://a?b', 'https://a@b']) {
      expect([bad, originOf(bad)]).toEqual([bad, undefined]);
    }
    expect(await refused('security', 'cors_origins', [['https://a.example'], ['*']])).toEqual([
      ['*'],
    ]);
  });

  it('takes a rate and a burst for the rate limit, each with its default', async () => {
    const { sections, faults } = await check({ security: { rate_limit: { burst: '50' } } });
    expect(faults).toEqual([]);
    expect(sections.get(securitySection).rate_limit).toEqual({ per_second: 200, burst: 50 });
    expect((await check({ security: { rate_limit: { per_second: 0 } } })).faults).toEqual([
      'section security, option rate_limit: takes a map of per_second (a whole number from 1 to 1000000) and burst (a whole number from 1 to 1000000)',
    ]);
    expect(await refused('security', 'rate_limit', [5, [], { each: 5 }, null])).toHaveLength(4);
  });

  it('takes true or false for public_api_key', async () => {
    expect(await refused('security', 'public_api_key', [true, 'false', 'yes'])).toEqual(['yes']);
  });
});
