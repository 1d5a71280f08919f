import { describe, expect, it } from '@jest/globals';
import { allBytes, picture } from '../../support/picture.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Storage API
const server = useTestServer();
const storage = '/genesys/1/storage';
const unknown = '0e8c4ad4-3d17-4a52-9e6a-1f6e3ac4ef00';

async function create(form: Record<string, string>, ttl = '3600'): Promise<string> {
  const { status, json } = await server.request('POST', `${storage}/${ttl}`, { form });
  expect(status).toBe(200);
  return json.id as string;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

describe('Create', () => {
  it('stores a form and answers the id, a UUID v4, with the captured headers', async () => {
    const answer = await server.request('POST', `${storage}/3600`, { form: { Key1: 'Value1' } });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json)).toEqual(['id']);
    expect(answer.json.id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(answer.headers['cache-control']).toBe('no-cache, no-store');
    expect(answer.headers.pragma).toBe('no-cache');
  });

  it('stores the multipart example, its file byte for byte', async () => {
    const created = await server.request('POST', `${storage}/3600`, {
      multipart: [
        { name: 'Key1', value: 'Value1' },
        { name: 'Key2', value: 'Value2' },
        { name: 'FileKey', value: picture, fileName: 'MyPic.png', contentType: 'image/png' },
        { name: 'All', value: allBytes, fileName: 'all.bin', contentType: 'application/x-all' },
      ],
    });
    const { id } = created.json;
    const link = (key: string) => `${server.url}${storage}/binary/${id}/${key}`;
    const all = await server.request('GET', `${storage}/${id}`);
    expect(all.json).toEqual({
      Key1: 'Value1',
      Key2: 'Value2',
      FileKey: link('FileKey'),
      All: link('All'),
    });
    const file = await server.request('GET', `${storage}/binary/${id}/FileKey`);
    expect(file.bytes.equals(picture)).toBe(true);
    expect(file.headers['content-type']).toBe('image/png');
    expect(file.headers['content-disposition']).toContain('filename="MyPic.png"');
    expect(file.headers['x-content-type-options']).toBe('nosniff');
    expect(file.headers['content-security-policy']).toContain('sandbox');
    const binary = await server.request('GET', `${storage}/binary/${id}/All`);
    expect(binary.bytes.equals(allBytes)).toBe(true);
    const one = await server.request('GET', `${storage}/${id}/FileKey`);
    expect(one.text).toBe(link('FileKey'));
  });

  it.each(['0', '-1', '1.5', 'abc', '2147483648', '99999999999999999999', '%20', '1e3', '0x10'])(
    'refuses the ttl %s',
    async (ttl) => {
      const answer = await server.request('POST', `${storage}/${ttl}`, { form: { a: 'b' } });
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({
        message: expect.stringContaining('ttl'),
        exception: 'InvalidParameter',
      });
    },
  );

  it.each(['1', '2147483647'])('takes the ttl %s', async (ttl) => {
    await create({ a: 'b' }, ttl);
  });

  it('makes an area without keys, which lives for its ttl', async () => {
    const id = await create({}, '1');
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual({});
    expect((await server.request('GET', `${storage}/${id}/a`)).json.exception).toBe('KeyNotFound');
    await sleep(1100);
    const gone = await server.request('GET', `${storage}/${id}`);
    expect([gone.status, gone.json.exception]).toEqual([404, 'StorageNotFound']);
  });

  it('keeps an empty value, and all of Unicode', async () => {
    const values = { empty: '', text: 'Grüße 🙂 שלום\r\n\t"\\', ключ: 'значение', 'a[b]': 'plain' };
    const id = await create(values);
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual(values);
    const one = await server.request('GET', `${storage}/${id}/${encodeURIComponent('ключ')}`);
    expect(one.text).toBe('значение');
    expect(one.headers['content-type']).toBe('text/plain;charset=UTF-8');
    const plain = await server.request('GET', `${storage}/${id}/${encodeURIComponent('a[b]')}`);
    expect(plain.text).toBe('plain');
    expect((await server.request('GET', `${storage}/${id}/empty`)).text).toBe('');
  });

  it('keeps keys that mean something elsewhere', async () => {
    const form = new URLSearchParams([
      ['__proto__x', 'no'],
      ['constructor', 'c'],
      ['toString', 't'],
      ['hasOwnProperty', 'h'],
    ]);
    form.delete('__proto__x');
    const { json } = await server.request('POST', `${storage}/60`, { form });
    const all = await server.request('GET', `${storage}/${json.id}`);
    expect(all.json).toEqual({ constructor: 'c', toString: 't', hasOwnProperty: 'h' });
  });

  it.each(['_a', '_', '__proto__'])('refuses the key %s and stores nothing', async (key) => {
    const form = new URLSearchParams([
      ['good', '1'],
      [key, '2'],
    ]);
    const refused = await server.request('POST', `${storage}/60`, { form });
    expect([refused.status, refused.json.exception]).toEqual([400, 'InvalidKey']);
    const id = await create({ old: '1' });
    const update = await server.request('POST', `${storage}/${id}/60`, { form });
    expect(update.json.exception).toBe('InvalidKey');
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual({ old: '1' });
  });

  it('takes keys of 255 characters, also outside the basic plane, and refuses 256 and none', async () => {
    const longest = '🙂'.repeat(255);
    const id = await create({ ['k'.repeat(255)]: '1', [longest]: '2' });
    const one = await server.request('GET', `${storage}/${id}/${encodeURIComponent(longest)}`);
    expect(one.text).toBe('2');
    for (const key of ['k'.repeat(256), '']) {
      const form = new URLSearchParams([[key, '1']]);
      const { status, json } = await server.request('POST', `${storage}/60`, { form });
      expect([status, json.exception]).toEqual([400, 'InvalidKey']);
    }
  });

  it('lets the last of one multipart name win, text and file alike', async () => {
    const file = { value: picture, fileName: 'p.png', contentType: 'image/png' };
    const { json } = await server.request('POST', `${storage}/60`, {
      multipart: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
        { name: 'b', ...file },
        { name: 'b', value: 'text' },
        { name: 'c', value: 'text' },
        { name: 'c', ...file },
      ],
    });
    const all = (await server.request('GET', `${storage}/${json.id}`)).json;
    expect(all).toEqual({ a: '2', b: 'text', c: expect.stringContaining('/binary/') });
  });

  it('takes forms alone', async () => {
    const answer = await server.request('POST', `${storage}/60`, { json: { a: 'b' } });
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('Update', () => {
  it('gives its own keys the new ttl and leaves the others as they were', async () => {
    const id = await create({ a: 'old', b: 'b', c: 'c' }, '2');
    const update = await server.request('POST', `${storage}/${id}/3600`, {
      form: { a: 'new', d: 'd' },
    });
    expect([update.status, update.json]).toEqual([200, {}]);
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual({
      a: 'new',
      b: 'b',
      c: 'c',
      d: 'd',
    });
    await sleep(2100);
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual({ a: 'new', d: 'd' });
    expect((await server.request('GET', `${storage}/${id}/b`)).json.exception).toBe('KeyNotFound');
  });

  it('shortens the life of its keys as well; the area is gone with its last key', async () => {
    const id = await create({ a: '1' }, '3600');
    await server.request('POST', `${storage}/${id}/1`, { form: { a: '2' } });
    await sleep(1100);
    const gone = await server.request('GET', `${storage}/${id}`);
    expect([gone.status, gone.json.exception]).toEqual([404, 'StorageNotFound']);
    const update = await server.request('POST', `${storage}/${id}/60`, { form: { a: '3' } });
    expect(update.json.exception).toBe('StorageNotFound');
  });

  it('turns a file into text and text into a file', async () => {
    const { json } = await server.request('POST', `${storage}/60`, {
      multipart: [
        { name: 'a', value: picture, fileName: 'p.png', contentType: 'image/png' },
        { name: 'b', value: 'text' },
      ],
    });
    await server.request('POST', `${storage}/${json.id}/60`, {
      multipart: [
        { name: 'a', value: 'now text' },
        { name: 'b', value: allBytes, fileName: 'b.bin', contentType: 'application/x-b' },
      ],
    });
    const a = await server.request('GET', `${storage}/${json.id}/a`);
    expect(a.text).toBe('now text');
    const binary = await server.request('GET', `${storage}/binary/${json.id}/a`);
    expect([binary.status, binary.json.exception]).toEqual([404, 'KeyNotFound']);
    const b = await server.request('GET', `${storage}/binary/${json.id}/b`);
    expect(b.bytes.equals(allBytes)).toBe(true);
  });

  it.each([unknown, 'no-uuid', '%00', 'a%2Fb', '%F0%9F%99%82', 'x'.repeat(300)])(
    'answers 404 for the unknown id %s, after looking at the ttl',
    async (id) => {
      const answer = await server.request('POST', `${storage}/${id}/60`, { form: { a: 'b' } });
      expect([answer.status, answer.json.exception]).toEqual([404, 'StorageNotFound']);
      const badTtl = await server.request('POST', `${storage}/${id}/0`, { form: { a: 'b' } });
      expect([badTtl.status, badTtl.json.exception]).toEqual([400, 'InvalidParameter']);
    },
  );

  it('refuses more than storage.max_keys keys, counted over the area, and stores none', async () => {
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${from + i}`, 'v']));
    const tooMany = await server.request('POST', `${storage}/60`, { form: many(0, 1001) });
    expect([tooMany.status, tooMany.json.exception]).toEqual([400, 'TooManyKeys']);
    const id = await create(many(0, 1000));
    const again = await server.request('POST', `${storage}/${id}/60`, { form: many(500, 500) });
    expect(again.status).toBe(200);
    const over = await server.request('POST', `${storage}/${id}/60`, { form: many(999, 2) });
    expect([over.status, over.json.exception]).toEqual([400, 'TooManyKeys']);
    const all = (await server.request('GET', `${storage}/${id}`)).json;
    expect(Object.keys(all)).toHaveLength(1000);
  });
});

describe('Query and delete', () => {
  it('answers 404 for what is not there', async () => {
    const id = await create({ a: 'b' });
    const cases: [string, string][] = [
      [`${storage}/${unknown}`, 'StorageNotFound'],
      [`${storage}/${unknown}/a`, 'StorageNotFound'],
      [`${storage}/binary/${unknown}/a`, 'StorageNotFound'],
      [`${storage}/%00/a`, 'StorageNotFound'],
      [`${storage}/${id}/none`, 'KeyNotFound'],
      [`${storage}/${id}/%00`, 'KeyNotFound'],
      [`${storage}/binary/${id}/none`, 'KeyNotFound'],
      [`${storage}/binary/${id}/a`, 'KeyNotFound'],
    ];
    for (const [path, exception] of cases) {
      const answer = await server.request('GET', path);
      expect([path, answer.status, answer.json.exception]).toEqual([path, 404, exception]);
    }
  });

  it('deletes an area with all its keys', async () => {
    const id = await create({ a: 'b' });
    const deleted = await server.request('DELETE', `${storage}/${id}`);
    expect([deleted.status, deleted.json]).toEqual([200, {}]);
    expect((await server.request('GET', `${storage}/${id}`)).status).toBe(404);
    expect((await server.request('DELETE', `${storage}/${id}`)).status).toBe(404);
  });

  it('deletes one key, and the area with its last one', async () => {
    const id = await create({ a: '1', b: '2' });
    const remove = (key: string) => server.request('DELETE', `${storage}/${id}/${key}`);
    const deleted = await remove('a');
    expect([deleted.status, deleted.json]).toEqual([200, {}]);
    for (const key of ['a', 'none', '%00']) {
      const again = await remove(key);
      expect([again.status, again.json.exception]).toEqual([404, 'KeyNotFound']);
    }
    expect((await server.request('GET', `${storage}/${id}`)).json).toEqual({ b: '2' });
    expect((await remove('b')).status).toBe(200);
    const gone = await remove('b');
    expect([gone.status, gone.json.exception]).toEqual([404, 'StorageNotFound']);
  });

  it('never lets stored HTML run in the server’s origin', async () => {
    const { json } = await server.request('POST', `${storage}/60`, {
      multipart: [
        {
          name: 'page',
          value: '<script>alert(1)</script>',
          fileName: 'p.html',
          contentType: 'text/html',
        },
        {
          name: 'odd',
          value: 'x',
          fileName: 'ünïcode %22quote%22.svg',
          contentType: 'image/svg+xml',
        },
      ],
    });
    for (const key of ['page', 'odd']) {
      const { headers } = await server.request('GET', `${storage}/binary/${json.id}/${key}`);
      expect(headers['content-security-policy']).toContain('sandbox');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('matches a path with and without a trailing slash, and under the old prefixes', async () => {
    const { json } = await server.request('POST', '/gms-web/gms/1/storage/60/', {
      form: { a: 'b' },
    });
    for (const prefix of ['/genesys/1', '/gms-web/gms/1', '/GMS-web/gms/1']) {
      for (const slash of ['', '/']) {
        const path = `${prefix}/storage/${json.id}/a${slash}`;
        expect([path, (await server.request('GET', path)).text]).toEqual([path, 'b']);
      }
    }
  });
});

describe('Custom storage (8.5)', () => {
  const kate = { gms_user: 'kate' };
  const omar = { gms_user: 'omar' };

  it('stores under the caller’s own id, for that user alone', async () => {
    const path = `${storage}/custom/my.area_~1/60`;
    const made = await server.request('POST', path, { form: { a: '1' }, headers: kate });
    expect([made.status, made.json]).toEqual([200, { id: 'my.area_~1' }]);
    const area = `${storage}/my.area_~1`;
    expect((await server.request('GET', area, { headers: kate })).json).toEqual({ a: '1' });
    for (const headers of [omar, {}]) {
      for (const [method, at] of [
        ['GET', area],
        ['GET', `${area}/a`],
        ['GET', `${storage}/binary/my.area_~1/a`],
        ['DELETE', `${area}/a`],
        ['DELETE', area],
      ] as const) {
        const answer = await server.request(method, at, { headers });
        expect([at, answer.status, answer.json.exception]).toEqual([at, 404, 'StorageNotFound']);
      }
      const update = await server.request('POST', `${area}/60`, { form: { b: '2' }, headers });
      expect(update.json.exception).toBe('StorageNotFound');
    }
    const others = await server.request('POST', path, { form: { b: '2' }, headers: omar });
    expect([others.status, others.json.exception]).toEqual([404, 'StorageNotFound']);
    const own = await server.request('POST', path, { form: { b: '2' }, headers: kate });
    expect([own.status, own.json]).toEqual([200, { id: 'my.area_~1' }]);
    const update = await server.request('POST', `${area}/60`, { form: { c: '3' }, headers: kate });
    expect(update.status).toBe(200);
    const all = await server.request('GET', area, { headers: kate });
    expect(all.json).toEqual({ a: '1', b: '2', c: '3' });
    expect((await server.request('DELETE', area, { headers: kate })).status).toBe(200);
    const free = await server.request('POST', path, { form: { x: 'y' }, headers: omar });
    expect(free.status).toBe(200);
  });

  it('needs the header, a ttl and an id of the allowed form', async () => {
    const post = (path: string, headers: Record<string, string>) =>
      server.request('POST', `${storage}/custom/${path}`, { form: { a: '1' }, headers });
    expect((await post('area/60', {})).json).toMatchObject({ exception: 'MissingParameter' });
    expect((await post('area/60', { gms_user: '' })).status).toBe(400);
    expect((await post('area/0', kate)).json).toMatchObject({ exception: 'InvalidParameter' });
    for (const id of ['a%20b', '%C3%BC', 'a%2Fb', 'x'.repeat(256), 'a%00']) {
      const answer = await post(`${id}/60`, kate);
      expect([id, answer.status, answer.json.exception]).toEqual([id, 400, 'InvalidParameter']);
    }
  });

  it('gives an id whose area has ended to whoever comes next, without the old keys', async () => {
    const path = (ttl: number) => `${storage}/custom/short/${ttl}`;
    await server.request('POST', path(1), { form: { secret: 's' }, headers: kate });
    await sleep(1100);
    await server.request('POST', path(60), { form: { mine: 'm' }, headers: omar });
    const all = await server.request('GET', `${storage}/short`, { headers: omar });
    expect(all.json).toEqual({ mine: 'm' });
  });
});
