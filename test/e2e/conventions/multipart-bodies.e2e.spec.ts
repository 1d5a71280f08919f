import { describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { allBytes, picture } from '../../support/picture.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: multipart/form-data
const server = useTestServer({ config: {} });
const storage = '/genesys/1/storage';
const type = 'multipart/form-data; boundary=XX';

const send = (body: string | Buffer, contentType = type): Promise<TestResponse> =>
  server.request('POST', `${storage}/60`, { body, headers: { 'Content-Type': contentType } });

/** A body of parts, each with its headers and content; written as bytes in UTF-8. */
const bodyOf = (...parts: (readonly [headers: string, content: string | Buffer])[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(([headers, content]) => [
      Buffer.from(`--XX\r\n${headers}\r\n\r\n`),
      Buffer.from(content as string),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--XX--\r\n'),
  ]);

const field = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
const file = (name: string, fileName: string, contentType = 'image/png'): string =>
  `${field(name)}; filename="${fileName}"\r\nContent-Type: ${contentType}`;

async function keysOf(answer: TestResponse): Promise<any> {
  if (answer.status !== 200) return [answer.status, answer.json.exception];
  return (await server.request('GET', `${storage}/${answer.json.id}`)).json;
}

async function fileOf(answer: TestResponse, key: string): Promise<TestResponse> {
  expect(answer.status).toBe(200);
  return server.request('GET', `${storage}/binary/${answer.json.id}/${encodeURIComponent(key)}`);
}

describe('values', () => {
  it.each([
    ['a', 'b', { a: 'b' }],
    ['a', '', { a: '' }],
    ['a', 'b+c%20d', { a: 'b+c%20d' }],
    ['a', 'é山🙂', { a: 'é山🙂' }],
    ['é山', '1', { é山: '1' }],
    ['a[b]', '1', { 'a[b]': '1' }],
    ['a[99999999]', '1', { 'a[99999999]': '1' }],
    ['a[b', '1', { 'a[b': '1' }],
    ['a%22b%0Dc%0Ad', '1', { 'a"b\rc\nd': '1' }],
    ['50%', '1', { '50%': '1' }],
    ['a', 'line\r\nline\r\n', { a: 'line\r\nline\r\n' }],
    ['a', '{"b":1}', { a: '{"b":1}' }],
    ['hasOwnProperty', '1', { hasOwnProperty: '1' }],
  ])('%s: %j', async (name, value, keys) => {
    expect(await keysOf(await send(bodyOf([field(name), value])))).toEqual(keys);
  });

  it('of the words of JavaScript are values like any other', async () => {
    const words = bodyOf([field('constructor'), '1'], [field('constructor[prototype][x]'), '2']);
    expect(await keysOf(await send(words))).toEqual({
      constructor: '1',
      'constructor[prototype][x]': '2',
    });
    const hostile = bodyOf([field('__proto__'), '1'], [field('__proto__[x]'), '2']);
    expect(await keysOf(await send(hostile))).toEqual([400, 'InvalidKey']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("are read in their part's charset", async () => {
    const latin = `${field('a')}\r\nContent-Type: text/plain; charset=iso-8859-1`;
    const answer = await send(bodyOf([latin, Buffer.from('é', 'latin1')]));
    expect(await keysOf(answer)).toEqual({ a: 'é' });
  });

  it("are read in the body's charset when their part names none", async () => {
    const latin = `${type}; charset=ISO-8859-1`;
    const body = Buffer.from(bodyOf([field('é'), 'ü']).toString('utf8'), 'latin1');
    expect(await keysOf(await send(body, latin))).toEqual({ é: 'ü' });
  });

  it('in a charset that nobody knows are a 415', async () => {
    const before = await stored(server);
    for (const charset of ['nothing', 'utf-16be']) {
      const part = `${field('b')}\r\nContent-Type: text/plain; charset=${charset}`;
      const answer = await send(bodyOf([field('a'), '1'], [part, 'é']));
      expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
    }
    const whole = await send(bodyOf([field('a'), '1']), `${type}; charset=nothing`);
    expect([whole.status, whole.json.exception]).toEqual([415, 'UnsupportedMediaType']);
    expect(await stored(server)).toEqual(before);
  });

  it('names without quotes and headers in any case are read', async () => {
    const answer = await send(bodyOf(['content-disposition: FORM-DATA; Name=a', '1']));
    expect(await keysOf(answer)).toEqual({ a: '1' });
  });
});

describe('files', () => {
  it('keep their bytes, content type and file name', async () => {
    const answer = await send(
      bodyOf(
        [file('p', 'pic.png'), picture],
        [file('all', '山.bin', 'application/x-all'), allBytes],
      ),
    );
    const [p, all] = [await fileOf(answer, 'p'), await fileOf(answer, 'all')];
    expect(p.bytes.equals(picture)).toBe(true);
    expect(p.headers['content-type']).toBe('image/png');
    expect(p.headers['content-disposition']).toMatch(/filename="?pic\.png"?$/);
    expect(all.bytes.equals(allBytes)).toBe(true);
    expect(all.headers['content-type']).toBe('application/x-all');
    expect(all.headers['content-disposition']).toContain(encodeURIComponent('山.bin'));
  });

  it('keep the parameters of their content type', async () => {
    for (const type of ['text/plain; charset=iso-8859-15', 'multipart/mixed; boundary="a b"']) {
      const answer = await fileOf(await send(bodyOf([file('f', 'f.txt', type), 'x'])), 'f');
      expect(answer.headers['content-type']).toBe(type);
    }
  });

  it('are parts with a content type other than text, also without a file name', async () => {
    const part = (type: string): string => `${field('doc')}\r\nContent-Type: ${type}`;
    const answer = await fileOf(await send(bodyOf([part('application/json'), '{}'])), 'doc');
    expect([answer.text, answer.headers['content-type']]).toEqual(['{}', 'application/json']);
    expect(answer.headers['content-disposition']).toMatch(/filename="?doc"?$/);
    expect(await keysOf(await send(bodyOf([part('text/html'), '<b>'])))).toEqual({ doc: '<b>' });
  });

  it.each<[sent: string, encoding: BufferEncoding, ascii: string, name: string]>([
    ['filename="año.txt"', 'utf8', 'a_o.txt', 'año.txt'],
    ['filename="año.txt"', 'latin1', 'a_o.txt', 'año.txt'],
    ['filename="bild ä.png"', 'latin1', 'bild _.png', 'bild ä.png'],
    ['filename="100 €.pdf"', 'utf8', '100 _.pdf', '100 €.pdf'],
    ['filename="x"; filename*=UTF-8\'\'bild%20%C3%A4.png', 'utf8', 'bild _.png', 'bild ä.png'],
    ["filename*=iso-8859-1''%E4.png", 'utf8', '_.png', 'ä.png'],
  ])('of the name %s in %s come back under it', async (sent, encoding, ascii, name) => {
    const head = Buffer.from(`--XX\r\n${field('f')}; ${sent}\r\n\r\nx\r\n--XX--\r\n`, encoding);
    const { headers } = await fileOf(await send(head), 'f');
    const encoded = encodeURIComponent(name);
    expect(headers['content-disposition']).toBe(
      `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    );
  });

  it('names forge no header of the answer', async () => {
    for (const name of ['a%0D%0AX-Forged: 1', 'a\rX-Forged: 1', 'a\nX-Forged: 1']) {
      const sent = await send(bodyOf([file('f', name), 'x']));
      if (sent.status === 400) continue;
      const answer = await fileOf(sent, 'f');
      expect([answer.status, answer.headers['x-forged']]).toEqual([200, undefined]);
    }
  });

  it('may be empty', async () => {
    const answer = await fileOf(await send(bodyOf([file('e', 'empty.txt'), ''])), 'e');
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\dir\\pic.png', 'pic.png'],
    ['a%22b.png', 'a\\"b.png'],
    ['a;b=c.png', 'a;b=c.png'],
  ])('of the name %s come back under a harmless one', async (name, shown) => {
    const answer = await fileOf(await send(bodyOf([file('f', name), 'x'])), 'f');
    const given = /^attachment; filename=(?:"(.*)"|([^"]*))$/.exec(
      String(answer.headers['content-disposition']),
    );
    expect(given?.[1] ?? given?.[2]).toBe(shown);
  });

  it.each(['text/html', 'image/svg+xml', 'bad type', 'é/é', 'text/plain;charset="x\\y"', ''])(
    'never run here, whatever their type: %j',
    async (contentType) => {
      const html = '<script>alert(1)</script>';
      const answer = await fileOf(await send(bodyOf([file('f', 'x', contentType), html])), 'f');
      expect([answer.status, answer.text]).toEqual([200, html]);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': 'sandbox',
        'content-disposition': expect.stringMatching(/^attachment/),
      });
    },
  );

  it('a file field that was left empty in the page is none', async () => {
    const empty = file('f', '', 'application/octet-stream');
    expect(await keysOf(await send(bodyOf([empty, ''], [field('a'), '1'])))).toEqual({ a: '1' });
  });
});

describe('the same name twice: the last wins', () => {
  it('of values and files', async () => {
    const text = (value: string) => [field('a'), value] as const;
    const picture = (bytes: string) => [file('a', 'p.png'), bytes] as const;
    expect(await keysOf(await send(bodyOf(text('1'), text('2'))))).toEqual({ a: '2' });
    expect(await keysOf(await send(bodyOf(picture('x'), text('2'))))).toEqual({ a: '2' });
    const last = await send(bodyOf(text('1'), picture('x'), picture('yy')));
    expect((await fileOf(last, 'a')).text).toBe('yy');
    const after = await send(bodyOf(picture('x'), text('1'), picture('z')));
    expect((await fileOf(after, 'a')).text).toBe('z');
  });
});

describe('a body cut short or damaged is a 400, and nothing is stored', () => {
  const whole = bodyOf([field('a'), '1'], [file('f', 'f.png'), picture]);

  async function refused(body: Buffer | string, contentType?: string): Promise<void> {
    const before = await stored(server);
    const answer = await send(body, contentType);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
    expect(await stored(server)).toEqual(before);
  }

  it('wherever it is cut', async () => {
    // The last line break may be missing; some clients leave it out.
    for (let length = 1; length < whole.length - 2; length += 7) {
      await refused(whole.subarray(0, length));
    }
    await refused(whole.subarray(0, whole.length - 4));
  });

  it.each(['', 'garbage', '--YY\r\n', '--XX', '--XX\r\n', `--XX\r\n${field('a')}\r\n--XX--`])(
    'when it has no parts: %j',
    async (body) => {
      if (body !== '') await refused(body);
    },
  );

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=YY',
    `multipart/form-data; boundary=${'Z'.repeat(5000)}`,
  ])('when its boundary is not there: %s', async (contentType) => {
    await refused(whole, contentType);
  });

  it.each(['Content-Type: text/plain', 'Content-Disposition: form-data', 'X: y', ''])(
    'when a part has no name: %j',
    async (headers) => {
      const before = await stored(server);
      const answer = await send(bodyOf([headers, '1'], [field('a'), '2']));
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 400) expect(await stored(server)).toEqual(before);
      else expect(await keysOf(answer)).toEqual({ a: '2' });
    },
  );

  it('when the connection ends in the middle', async () => {
    const before = await stored(server);
    const head =
      `POST ${storage}/60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
      `Content-Type: ${type}\r\n`;
    const part = whole.subarray(0, whole.length - 30).toString('latin1');
    for (const then of ['cut', 'reset'] as const) {
      await server.rawRequest(`${head}Content-Length: ${whole.length}\r\n\r\n${part}`, { then });
      const chunk = `${part.length.toString(16)}\r\n${part}\r\n`;
      await server.rawRequest(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`, { then });
    }
    expect(await stored(server)).toEqual(before);
  });

  it('in chunks that end early', async () => {
    const part = whole.subarray(0, whole.length - 30).toString('latin1');
    const answer = await server.rawRequest(
      `POST ${storage}/60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
        `Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${part.length.toString(16)}\r\n${part}\r\n0\r\n\r\n`,
    );
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('InvalidBody')]);
  });
});

describe('text that PostgreSQL cannot hold is a 400', () => {
  it.each([
    ['a NUL in a value', bodyOf([field('a'), 'b\0c'])],
    ['a NUL in a name', bodyOf([field('a\0b'), 'c'])],
    ['a NUL in the name of a file', bodyOf([file('a\0b', 'f.png'), 'c'])],
    ['a NUL in a file name', bodyOf([file('a', 'f\0.png'), 'c'])],
  ])('%s', async (_, body) => {
    const before = await stored(server);
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(['InvalidText', 'InvalidBody']).toContain(answer.json.exception);
    expect(await stored(server)).toEqual(before);
  });
});

it('bytes of a value that are no text become the sign for that, as browsers show it', async () => {
  const body = bodyOf([field('a'), Buffer.from([0x61, 0xff, 0x62])]);
  expect(await keysOf(await send(body))).toEqual({ a: 'a\uFFFDb' });
});
