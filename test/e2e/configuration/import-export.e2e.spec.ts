import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { resourceGroupSection } from '../../../src/modules/access-resources/index.js';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient, faultsIn } from './config-client.js';
import { Configuration } from '../../../src/core/settings/index.js';

const server = useTestServer({
  config: { storage: { max_keys: 7 }, 'resources.DNIS': { numbers: ['0800123456'] } },
});
const config = new ConfigClient(server);

/** Watches the event loop of this process, until asked how long it stood still at most. */
function longestStandstill(): () => { longestMs: number; totalMs: number } {
  const started = performance.now();
  let last = started;
  let longestMs = 0;
  const look = (): void => {
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    look();
    return { longestMs, totalMs: last - started };
  };
}

// docs/compatibility.md, Configuration: export and import carry and replace the whole of it
describe('export', () => {
  it('is YAML of all sections', async () => {
    const { status, headers, text } = await config.export();
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/yaml');
    expect(parse(text)).toEqual((await config.readAll()).json);
    expect(parse(text)).toEqual({
      storage: { max_keys: 7 },
      'resources.DNIS': { numbers: ['0800123456'] },
    });
  });

  it('of many numbers keeps nobody waiting', async () => {
    const numbers = Array.from({ length: 19_000 }, (_, place) => String(8_003_000_000 + place));
    await config.put('resources.many', { numbers });
    const standstill = longestStandstill();
    const { text } = await config.export();
    const { longestMs, totalMs } = standstill();
    expect([longestMs, totalMs, longestMs < totalMs / 2]).toEqual([longestMs, totalMs, true]);
    expect(parse(text)).toMatchObject({ 'resources.many': { numbers } });
    await config.remove('resources.many');
  });

  it('takes true or false for secrets', async () => {
    for (const query of ['?secrets=false', '?secrets=TRUE', '?secrets=']) {
      expect((await config.export(query)).status).toBe(200);
    }
    for (const query of ['?secrets=yes', '?secrets=true&secrets=true']) {
      expect((await config.export(query)).json.exception).toBe('InvalidParameter');
    }
  });
});

describe('import', () => {
  it('replaces all sections and answers with them, in their order', async () => {
    await config.put('resources.old', { numbers: ['1'] });
    const yaml = `
      resources.paris: { numbers: [33155559999] }   # unquoted
      server: { max_body_size: 4096 }
      storage: { max_keys: 9 }
    `;
    const { status, json } = await config.import(yaml);
    expect(status).toBe(200);
    expect(json).toEqual({
      'resources.paris': { numbers: [33_155_559_999] },
      server: { max_body_size: 4096 },
      storage: { max_keys: 9 },
    });
    const all = (await config.readAll()).json;
    expect(all).toEqual(json);
    expect(Object.keys(all)).toEqual(['resources.paris', 'server', 'storage']);
  });

  it('is in force on this node once it is answered', async () => {
    await config.import('storage: { max_keys: 1 }');
    const form = { a: '1', b: '2' };
    expect((await server.request('POST', '/genesys/1/storage/60', { form })).status).toBe(400);
    await config.import('storage: { max_keys: 2 }');
    expect((await server.request('POST', '/genesys/1/storage/60', { form })).status).toBe(200);
  });

  it('of an export changes nothing', async () => {
    await config.import(`
      storage: {}
      resources.Köln 1:
        numbers: ["0800 123", "+49 221 1", "007", "1.10", "0"]
        _backup_resource: "0221"
        _allocation_strategy: random
      push:
        pushEnabled: comet
        httpcb.secret: "true"
        customhttp.url: https://example.org/ü
        apple.sound: "2026-12-01"
        apple.alert.title: "no"
        apple.alert.body: "営業 😀 \\u2028 ~ null"
        fcm.title: "0x10"
        fcm.body: "- # : {a: [*b, &c]} %"
    `);
    const before = (await config.readAll()).text;
    const { text } = await config.export();
    expect((await config.import(text)).status).toBe(200);
    expect((await config.readAll()).text).toBe(before);
    expect((await config.export()).text).toBe(text);
  });

  it('of an export with secrets gives another server all of it, texts of many lines too', async () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const apple = { 'apple.team_id': 'T', 'apple.key_id': '0123', 'apple.key': privateKey };
    const secrets = [
      '  two\n\n lines\r\n',
      'tab\t',
      '# no comment',
      '"',
      "'",
      '123',
      '1e999',
      ': ~',
    ];
    for (const secret of secrets) {
      const push = { 'push.provider.A': { ...apple, 'httpcb.secret': secret }, push: {} };
      expect((await config.import(JSON.stringify(push))).status).toBe(200);
      const { text } = await config.export('?secrets=true');
      await config.import('{}');
      expect((await config.import(text)).status).toBe(200);
      expect(parse((await config.export('?secrets=true')).text)).toEqual(push);
      expect((await config.export('?secrets=true')).text).toBe(text);
    }
  });

  it('may change the order alone', async () => {
    await config.import('{ resources.a: { numbers: ["1"] }, resources.b: {}, storage: {} }');
    await config.import('{ storage: {}, resources.b: {}, resources.a: { numbers: ["1"] } }');
    const names = ['storage', 'resources.b', 'resources.a'];
    expect(Object.keys((await config.readAll()).json as object)).toEqual(names);
    const groups = server.app.get(Configuration).all(resourceGroupSection);
    expect([...groups.keys()]).toEqual(['b', 'a']);
    await config.put('storage', { max_keys: 5, allow_client_ids: true });
    const reordered = JSON.stringify({ allow_client_ids: true, max_keys: 5 });
    await config.put('storage', JSON.parse(reordered));
    expect((await config.read('storage')).text).toBe(reordered);
  });

  it('never loses the zeros of a number', async () => {
    await config.import('resources.DNIS: { numbers: [0800123456, 007, 8003449999] }');
    expect((await config.read('resources.DNIS')).json.numbers).toEqual([
      '0800123456',
      '007',
      8_003_449_999,
    ]);
    const service = '{ _type: builtin, _service: request-interaction, _resource_group: DNIS }';
    await config.import(`
      resources.DNIS: { numbers: [0800123456] }
      service.call: ${service}
    `);
    const form = { _phone_number: '555' };
    const { json } = await server.request('POST', '/genesys/1/service/call', { form });
    expect(json._access_number).toBe('0800123456');
  });

  it('refuses the whole for any fault, and lists every one', async () => {
    const before = (await config.readAll()).text;
    const faults = faultsIn(
      await config.import(`
resources.new: { numbers: ["1"] }
resources.DNIS: { _booking_expiration_timeout: 4, colour: red }
service.lost: { _type: builtin, _service: request-interaction, _resource_group: nowhere }
storage: { max_keys: 1 }
storage: { max_keys: 2 }
`),
    );
    expect(faults[0]).toBe('line 6, column 1: "storage" stands here twice');
    expect(faults).toContain(
      'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800',
    );
    expect(faults.join('; ')).toContain('section resources.DNIS, option colour: is unknown');
    expect(faults).toContain(
      'section service.lost, option _resource_group: names the resource group "nowhere", which is not configured',
    );
    expect((await config.readAll()).text).toBe(before);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- server'],
    ['what is no YAML', 'server: {'],
    ['two documents', 'server: {}\n---\nstorage: {}'],
    ['a bomb of aliases', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]'],
    ['tags', 'server: { external_url_base: !!js/undefined "" }'],
    ['a scalar for a section', 'server: 7'],
    ['a list for a section', 'server: [a]'],
    ['null for an option', 'server: { external_url_base: }'],
  ])('refuses %s', async (_, yaml) => {
    const before = (await config.readAll()).text;
    expect(faultsIn(await config.import(yaml)).length).toBeGreaterThan(0);
    expect((await config.readAll()).text).toBe(before);
  });

  it('refuses text that the database cannot hold', async () => {
    const { status, json } = await config.import('server: { external_url_base: "\\0" }');
    expect([status, json.exception]).toEqual([400, 'InvalidConfiguration']);
    const raw = await config.import('server: { external_url_base: "\0" }');
    expect([raw.status, raw.json.exception]).toEqual([400, 'InvalidText']);
  });

  it('refuses bytes that are no text', async () => {
    const response = await server.request('POST', '/genesys/1/admin/config/import', {
      headers: { 'Content-Type': 'application/yaml' },
      body: Buffer.from([0xff, 0xfe, 0xfd]),
    });
    expect([response.status, response.json.exception]).toEqual([400, 'InvalidBody']);
  });

  it('takes YAML under any of its names, with a charset', async () => {
    for (const type of [
      'application/yaml',
      'application/x-yaml',
      'text/yaml',
      'Application/YAML; charset=utf-8',
    ]) {
      expect([type, (await config.import('storage: {}', type)).status]).toEqual([type, 200]);
    }
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'refuses %s',
    async (type) => {
      const { status, json } = await config.import('storage: {}', type);
      expect([status, json.exception]).toEqual([415, 'UnsupportedMediaType']);
    },
  );

  it.each<[string, string]>([
    ['nested without end', '['.repeat(60_000)],
    ['of many lines', '#\n'.repeat(150_000)],
    ['of many names', Array.from({ length: 12_000 }, (_, i) => `s${i}: {}`).join('\n')],
    ['of many numbers', `resources.a: { numbers: [${'"0800123456", '.repeat(12_000)}] }`],
  ])('refuses a text %s, and others are served meanwhile', async (_, yaml) => {
    const standstill = longestStandstill();
    const { json } = await config.import(yaml);
    const { longestMs, totalMs } = standstill();
    expect(json.exception).toBe('InvalidConfiguration');
    // The server runs in this process: what it does not do aside, nobody does meanwhile.
    expect([longestMs, totalMs, longestMs < totalMs / 2]).toEqual([longestMs, totalMs, true]);
  });

  it('refuses a section of many numbers, and others are served meanwhile', async () => {
    await config.import('services: { default_country: US }');
    const numbers = Array.from({ length: 15_000 }, (_, place) => `+1415${5_000_000 + place}`);
    const standstill = longestStandstill();
    const answer = await config.put('resources.a', { numbers: [...numbers, '(415) 500-0000'] });
    const { longestMs, totalMs } = standstill();
    expect(faultsIn(answer)).toEqual([
      'section resources.a, option numbers: has (415) 500-0000 twice',
    ]);
    expect([longestMs, totalMs, longestMs < totalMs / 2]).toEqual([longestMs, totalMs, true]);
  });

  it('takes what was exported, however much it is and whatever other bodies may have', async () => {
    const sections = {
      server: { max_body_size: 1024, max_text_size: 1024 },
      'resources.large': { numbers: Array.from({ length: 200 }, (_, i) => `080012${i + 1000}`) },
    };
    expect((await config.import(JSON.stringify(sections))).status).toBe(200);
    const exported = (await config.export()).text;
    expect(exported.length).toBeGreaterThan(1024);
    expect((await config.import(exported)).json).toEqual(sections);
    expect((await config.import('{}')).json).toEqual({});
  });

  it('refuses more than 8 MiB', async () => {
    const { status, json } = await config.import(`# ${'x'.repeat(8 * 1024 * 1024)}`);
    expect([status, json.exception]).toEqual([413, 'PayloadTooLarge']);
  });
});
