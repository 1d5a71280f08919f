import { describe, expect, it } from '@jest/globals';
import { allBytes, picture } from '../../support/picture.js';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Service API
const server = useTestServer({
  config: {
    ...serviceSections,
    'resources.many': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(5550000, 500) },
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
  },
});
const service = '/genesys/1/service';
const unknown = '0e8c4ad4-3d17-4a52-9e6a-1f6e3ac4ef00';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const base = { _phone_number: '6504669999', _resource_group: 'many' };

async function create(more: Record<string, string> = {}): Promise<string> {
  const form = { ...base, _ttl: '60', ...more };
  const { status, json } = await server.request('POST', `${service}/request-interaction`, { form });
  expect(status).toBe(200);
  return json._id as string;
}

describe('Create Service', () => {
  it('takes a form, multipart, JSON, JSON that calls itself a form, and a GET', async () => {
    const path = `${service}/request-interaction`;
    const fields = { ...base, language: 'french' };
    const parts = Object.entries(fields).map(([name, value]) => ({ name, value }));
    const answers = [
      await server.request('POST', path, { form: fields }),
      await server.request('POST', path, { multipart: parts }),
      await server.request('POST', path, { json: fields }),
      await server.request('POST', path, {
        body: JSON.stringify(fields),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      }),
      await server.request('GET', `${path}?${new URLSearchParams(fields).toString()}`),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(200);
      expect(json).toEqual({
        _id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        _access_number: expect.stringMatching(/^5550\d{3}$/),
        _expiration_time: '30',
      });
      const data = await server.request('GET', `${service}/${json._id}/storage`);
      expect(data.json).toEqual({ language: 'french' });
    }
  });

  it('answers 404 for a service that is not configured', async () => {
    for (const name of ['nobody', '%00', unknown, 'x'.repeat(1000)]) {
      const { status, json } = await server.request('POST', `${service}/${name}`, { form: base });
      expect([status, json.exception]).toEqual([404, 'ServiceNotFound']);
    }
  });

  it('turns JSON values into text as the 8.5 page shows', async () => {
    const { json } = await server.request('POST', `${service}/request-interaction`, {
      json: {
        ...base,
        lastname: 'mylastname',
        address: { street: 'mystreet', city: 'mycity' },
        phones: ['9002@SIP_Switch', '5555666'],
        nested: { list: [1, { deep: null }], no: false },
        number: 7,
        yes: true,
        none: null,
        empty: '',
      },
    });
    const data = await server.request('GET', `${service}/${json._id}/storage`);
    expect(data.json).toEqual({
      lastname: 'mylastname',
      address: '{street=mystreet, city=mycity}',
      phones: '[9002@SIP_Switch, 5555666]',
      nested: '{list=[1, {deep=null}], no=false}',
      number: '7',
      yes: 'true',
      empty: '',
    });
  });

  it('answers malformed JSON with the documented 500 and other JSON with 400', async () => {
    const post = (body: string) =>
      server.request('POST', `${service}/request-interaction`, {
        body,
        headers: { 'Content-Type': 'application/json;charset=UTF-8' },
      });
    for (const body of ['{"a":', '{"a" "b"}', '{"a":"\0"}', 'nonsense']) {
      const { status, json } = await post(body);
      expect([status, json]).toEqual([
        500,
        { message: expect.stringMatching(/^Could not read JSON: /), exception: 'InvalidBody' },
      ]);
    }
    for (const body of ['[]', '"text"', '7', 'null']) {
      const { status, json } = await post(body);
      expect([body, status, json.exception]).toEqual([body, 400, 'InvalidBody']);
    }
    const nul = await post(JSON.stringify({ ...base, a: 'b\u0000c' }));
    expect([nul.status, nul.json.exception]).toEqual([400, 'InvalidText']);
  });

  it('lets a body field win over a query field of the name', async () => {
    const { json } = await server.request(
      'POST',
      `${service}/request-interaction?_resource_group=none&color=red&size=1`,
      { form: { ...base, color: 'blue' } },
    );
    const data = await server.request('GET', `${service}/${json._id}/storage`);
    expect(data.json).toEqual({ color: 'blue', size: '1' });
  });

  it('keeps the gms_user header with the data, before a field of that name', async () => {
    const { json } = await server.request('POST', `${service}/request-interaction`, {
      form: { ...base, gms_user: 'mallory' },
      headers: { gms_user: 'kate' },
    });
    const data = await server.request('GET', `${service}/${json._id}/storage`);
    expect(data.json).toEqual({ gms_user: 'kate' });
  });

  it('refuses a file whose name begins with an underscore, and makes nothing', async () => {
    const { status, json } = await server.request('POST', `${service}/request-interaction`, {
      multipart: [
        ...Object.entries(base).map(([name, value]) => ({ name, value })),
        { name: '_file', value: picture, fileName: 'p.png', contentType: 'image/png' },
      ],
    });
    expect([status, json.exception]).toEqual([400, 'InvalidParameter']);
    expect(json.message).toContain('_file');
  });

  it.each([
    [{ _resource_group: 'many' }, 'MissingParameter', '_phone_number'],
    [{ _phone_number: '', _resource_group: 'many' }, 'MissingParameter', '_phone_number'],
    [{ _phone_number: '1' }, 'MissingParameter', '_resource_group'],
    [{ _phone_number: '1', _resource_group: 'none' }, 'InvalidParameter', '_resource_group'],
    [{ ...base, _provide_code: 'maybe' }, 'InvalidParameter', '_provide_code'],
    [{ ...base, _ttl: '0' }, 'InvalidParameter', '_ttl'],
    [{ ...base, _ttl: '2147483648' }, 'InvalidParameter', '_ttl'],
    [{ ...base, _ttl: '1.5' }, 'InvalidParameter', '_ttl'],
    [
      { ...base, _provide_code: 'true', _access_code_length: '3' },
      'InvalidParameter',
      '_access_code_length',
    ],
    [
      { ...base, _provide_code: 'true', _access_code_length: '13' },
      'InvalidParameter',
      '_access_code_length',
    ],
  ])('refuses %j naming the field', async (form, exception, field) => {
    const { status, json } = await server.request('POST', `${service}/request-interaction`, {
      form: form as Record<string, string>,
    });
    expect([status, json.exception]).toEqual([400, exception]);
    expect(json.message).toContain(field);
  });

  it.each([
    ['TRUE', /^\d{6}$/],
    ['true', /^\d{6}$/],
    ['False', undefined],
    ['', undefined],
  ])('reads _provide_code=%s', async (text, code) => {
    const { json } = await server.request('POST', `${service}/request-interaction`, {
      form: { ...base, _provide_code: text },
    });
    if (code === undefined) expect(json).not.toHaveProperty('_access_code');
    else expect(json._access_code).toMatch(code);
  });

  it('gives codes of the length asked for', async () => {
    for (const length of ['4', '12']) {
      const { json } = await server.request('POST', `${service}/request-interaction`, {
        form: { ...base, _provide_code: 'true', _access_code_length: length },
      });
      expect(json._access_code).toMatch(new RegExp(`^\\d{${length}}$`));
    }
  });

  it('answers with the service’s ttl for numbers that are not locked', async () => {
    const { json } = await server.request('POST', `${service}/request-interaction`, {
      form: { ...base, _resource_group: 'any', _ttl: '77' },
    });
    expect([json._access_number, json._expiration_time]).toEqual(['33155559999', '77']);
  });
});

describe('Service specific request', () => {
  it('is refused by services that know none, and 404 without the service', async () => {
    const id = await create();
    const status = await server.request('POST', `${service}/${id}/status`, { form: {} });
    expect([status.status, status.json.exception]).toEqual([400, 'RequestNotSupported']);
    const none = await server.request('POST', `${service}/${unknown}/status`, { form: {} });
    expect([none.status, none.json.exception]).toEqual([404, 'ServiceInstanceNotFound']);
  });

  it('update adds and replaces user data', async () => {
    const id = await create({ a: '1', b: '2' });
    const answer = await server.request('POST', `${service}/${id}/update`, {
      json: { b: '3', c: [1], _ignored: 'x' },
    });
    expect([answer.status, answer.json]).toEqual([200, {}]);
    const data = await server.request('GET', `${service}/${id}/storage`);
    expect(data.json).toEqual({ a: '1', b: '3', c: '[1]' });
    const file = await server.request('POST', `${service}/${id}/update`, {
      multipart: [{ name: '_f', value: 'x', fileName: 'f', contentType: 'text/plain' }],
    });
    expect([file.status, file.json.exception]).toEqual([400, 'InvalidParameter']);
  });
});

describe('Service storage', () => {
  it('reads all keys and one, binaries as absolute links and their bytes', async () => {
    const created = await server.request('POST', `${service}/request-interaction`, {
      multipart: [
        ...Object.entries(base).map(([name, value]) => ({ name, value })),
        { name: 'Key1', value: 'Value1' },
        { name: 'My Pic', value: allBytes, fileName: 'MyPic.png', contentType: 'image/png' },
      ],
    });
    const at = `${service}/${created.json._id}/storage`;
    const link = `${server.url}${at}/binary/My%20Pic`;
    expect((await server.request('GET', at)).json).toEqual({ Key1: 'Value1', 'My Pic': link });
    expect((await server.request('GET', `${at}/Key1`)).json).toEqual({ Key1: 'Value1' });
    expect((await server.request('GET', `${at}/My%20Pic`)).json).toEqual({ 'My Pic': link });
    const binary = await server.request('GET', `${at}/binary/My%20Pic`);
    expect(binary.bytes.equals(allBytes)).toBe(true);
    expect(binary.headers['content-type']).toBe('image/png');
    expect(binary.headers['x-content-type-options']).toBe('nosniff');
    expect(binary.headers['content-security-policy']).toContain('sandbox');
    const text = await server.request('GET', `${at}/binary/Key1`);
    expect([text.status, text.json.exception]).toEqual([404, 'KeyNotFound']);
    const viaStorage = await server.request('GET', `/genesys/1/storage/${created.json._id}/Key1`);
    expect(viaStorage.text).toBe('Value1');
  });

  it('creates and updates keys from every kind of body, ignoring underscores', async () => {
    const id = await create();
    const at = `${service}/${id}/storage`;
    for (const options of [
      { form: { form: '1', _x: 'y' } },
      { json: { json: { a: 'b' }, _x: 'y' } },
      {
        multipart: [
          { name: 'text', value: '2' },
          { name: '_x', value: 'y' },
          { name: 'file', value: picture, fileName: 'p.png', contentType: 'image/png' },
        ],
      },
    ]) {
      const answer = await server.request('POST', at, options);
      expect([answer.status, answer.json]).toEqual([200, {}]);
    }
    expect((await server.request('GET', at)).json).toEqual({
      form: '1',
      json: '{a=b}',
      text: '2',
      file: `${server.url}${at}/binary/file`,
    });
  });

  it('deletes one key and all; the storage then answers {} while the service lives', async () => {
    const id = await create({ a: '1', b: '2', c: '3' });
    const at = `${service}/${id}/storage`;
    const one = await server.request('DELETE', `${at}/a`);
    expect([one.status, one.text, one.headers['content-type']]).toEqual([
      200,
      'OK',
      'text/plain;charset=UTF-8',
    ]);
    const again = await server.request('DELETE', `${at}/a`);
    expect([again.status, again.json.exception]).toEqual([404, 'KeyNotFound']);
    expect((await server.request('GET', at)).json).toEqual({ b: '2', c: '3' });
    const all = await server.request('DELETE', at);
    expect([all.status, all.text]).toEqual([200, 'OK']);
    expect((await server.request('GET', at)).json).toEqual({});
    await server.request('POST', at, { form: { d: '4' } });
    expect((await server.request('DELETE', `/genesys/1/storage/${id}`)).json).toEqual({});
    expect((await server.request('GET', at)).json).toEqual({});
    expect((await server.request('GET', `/genesys/1/storage/${id}`)).json).toEqual({});
  });

  it('answers 404 without the service or the key', async () => {
    const id = await create();
    const cases: [string, string, string][] = [
      ['GET', `${unknown}/storage`, 'ServiceInstanceNotFound'],
      ['GET', `${unknown}/storage/a`, 'ServiceInstanceNotFound'],
      ['GET', `${unknown}/storage/binary/a`, 'ServiceInstanceNotFound'],
      ['POST', `${unknown}/storage`, 'ServiceInstanceNotFound'],
      ['POST', `${unknown}/update`, 'ServiceInstanceNotFound'],
      ['DELETE', `${unknown}/storage`, 'ServiceInstanceNotFound'],
      ['DELETE', `${unknown}/storage/a`, 'ServiceInstanceNotFound'],
      ['DELETE', unknown, 'ServiceInstanceNotFound'],
      ['DELETE', 'no%00id', 'ServiceInstanceNotFound'],
      ['GET', `${id}/storage/none`, 'KeyNotFound'],
      ['GET', `${id}/storage/%00`, 'KeyNotFound'],
      ['GET', `${id}/storage/binary/none`, 'KeyNotFound'],
    ];
    for (const [method, path, exception] of cases) {
      const options = method === 'POST' ? { form: { a: 'b' } } : {};
      const answer = await server.request(method, `${service}/${path}`, options);
      expect([path, answer.status, answer.json.exception]).toEqual([path, 404, exception]);
    }
  });

  it('bounds keys written through the Storage API by the service’s life', async () => {
    const id = await create({ _ttl: '1' });
    const path = `/genesys/1/storage/${id}/3600`;
    expect((await server.request('POST', path, { form: { long: 'x' } })).status).toBe(200);
    await sleep(1100);
    expect((await server.request('GET', `/genesys/1/storage/${id}/long`)).status).toBe(404);
    expect((await server.request('GET', `${service}/${id}/storage`)).status).toBe(404);
  });

  it('lets a key written through the Storage API end before the service', async () => {
    const id = await create({ a: '1' });
    await server.request('POST', `/genesys/1/storage/${id}/1`, { form: { short: 'x' } });
    await sleep(1100);
    expect((await server.request('GET', `${service}/${id}/storage`)).json).toEqual({ a: '1' });
  });
});

describe('Delete Service', () => {
  it('takes data and number with it', async () => {
    const id = await create({ a: '1' });
    const answer = await server.request('DELETE', `${service}/${id}`);
    expect([answer.status, answer.text]).toEqual([200, 'OK']);
    for (const path of [`${service}/${id}/storage`, `/genesys/1/storage/${id}`]) {
      expect((await server.request('GET', path)).status).toBe(404);
    }
    expect((await server.request('DELETE', `${service}/${id}`)).status).toBe(404);
  });
});

describe('Update Conversation Expiration', () => {
  it('moves the end of the service and its keys by ttl or to an instant', async () => {
    const id = await create({ _ttl: '2', a: '1' });
    const put = await server.request('PUT', `${service}/${id}`, { json: { ttl: 600 } });
    expect([put.status, put.text]).toEqual([200, '']);
    await sleep(2100);
    expect((await server.request('GET', `${service}/${id}/storage`)).json).toEqual({ a: '1' });
    const soon = new Date(Date.now() + 1500).toISOString();
    const form = { expiration_time: soon };
    expect((await server.request('PUT', `${service}/${id}`, { form })).status).toBe(200);
    expect((await server.request('GET', `${service}/${id}/storage`)).status).toBe(200);
    await sleep(2000);
    expect((await server.request('GET', `${service}/${id}/storage`)).status).toBe(404);
    expect((await server.request('GET', `/genesys/1/storage/${id}`)).status).toBe(404);
  });

  it('lets ttl win when both are given', async () => {
    const id = await create();
    const json = { ttl: '1', expiration_time: new Date(Date.now() + 60_000).toISOString() };
    expect((await server.request('PUT', `${service}/${id}`, { json })).status).toBe(200);
    await sleep(1100);
    expect((await server.request('GET', `${service}/${id}/storage`)).status).toBe(404);
  });

  it.each([
    [{}, 'MissingParameter', 'ttl'],
    [{ ttl: 0 }, 'InvalidParameter', 'ttl'],
    [{ ttl: -5 }, 'InvalidParameter', 'ttl'],
    [{ ttl: 1.5 }, 'InvalidParameter', 'ttl'],
    [{ ttl: 2147483648 }, 'InvalidParameter', 'ttl'],
    [{ expiration_time: '2001-01-01T00:00:00Z' }, 'InvalidParameter', 'expiration_time'],
    [{ expiration_time: 'tomorrow' }, 'InvalidParameter', 'expiration_time'],
    [{ expiration_time: '2040-02-30T00:00:00Z' }, 'InvalidParameter', 'expiration_time'],
  ])('refuses %j', async (json, exception, field) => {
    const id = await create();
    const answer = await server.request('PUT', `${service}/${id}`, { json });
    expect([answer.status, answer.json.exception]).toEqual([400, exception]);
    expect(answer.json.message).toContain(field);
  });

  it('answers 404 for a service that is not there', async () => {
    const answer = await server.request('PUT', `${service}/${unknown}`, { json: { ttl: 5 } });
    expect([answer.status, answer.json.exception]).toEqual([404, 'ServiceInstanceNotFound']);
  });
});
