import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useHttpSink } from '../../support/http-sink.js';
import { callback, publish, putSection, subscribe } from '../../support/notification.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
let server: TestServer;
const sink = useHttpSink();
const path = '/genesys/1/admin/push/localization';
const name = 'messages.xml';
let folder: string;
let location: string;

const xml = (text: string) => `<?xml version="1.0" encoding="UTF-8" ?>
<messages>
  <message id="welcomeArgs">
    <locale language="de">
      <entry key="text">${text}</entry>
    </locale>
  </message>
</messages>`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opengms-messages-'));
  await mkdir(join(folder, 'localization'));
  location = join(folder, 'localization', name);
  server = await servers.start({
    config: { security: { allowed_callback_networks: ['127.0.0.1'] } },
    env: { GMS_DATA_DIR: folder },
  });
  for (const language of ['de_AT', 'fr', undefined]) {
    const more = language === undefined ? {} : { language };
    await subscribe(server, callback(`${sink.url}/${language ?? 'none'}`, 'welcome', more));
  }
});

afterAll(() => rm(folder, { recursive: true }));

async function state(): Promise<any> {
  return (await server.request('GET', path)).json;
}

/** Publishes, and returns what each language got. */
async function published(more: object = {}): Promise<Record<string, string>> {
  const before = sink.received.length;
  const answer = await publish(server, {
    ...{ message: 'welcomeArgs', tag: 'welcome', mediaType: 'localizestring' },
    ...more,
  });
  expect(answer.status).toBe(200);
  return Object.fromEntries(
    sink.received.slice(before).map(({ path: to, body }) => [to.slice(1), body]),
  );
}

describe('a localized message', () => {
  it('is sent as it is while there is no file', async () => {
    expect(await state()).toEqual({ source: 'none', location: null, messages: 0, error: null });
    expect(await published()).toEqual({
      ...{ de_AT: 'welcomeArgs', fr: 'welcomeArgs', none: 'welcomeArgs' },
    });
  });

  it('is sent in the language of each subscription, with its arguments', async () => {
    await writeFile(location, xml('Sehr geehrter Kunde $customer.lastname, gr\\u00FC\\u00DF Gott'));
    await putSection(server, 'push', { localizationFileLocation: name });
    await eventually(async () => {
      expect(await state()).toEqual({ source: 'file', location: name, messages: 1, error: null });
    });
    const text = 'Sehr geehrter Kunde Doe, grüß Gott';
    for (const locArgs of [{ 'customer.lastname': 'Doe' }, { customer: { lastname: 'Doe' } }]) {
      expect(await published({ locArgs })).toEqual({
        ...{ de_AT: text, fr: 'welcomeArgs', none: 'welcomeArgs' },
      });
    }
    expect((await published()).de_AT).toBe('Sehr geehrter Kunde , grüß Gott');
    expect((await published({ mediaType: 'string' })).de_AT).toBe('welcomeArgs');
    const { text: metrics } = await server.request('GET', '/metrics');
    expect(metrics).toMatch(/^gms_push_localization_warnings_total\{kind="unknownArgument"\} 1$/m);
  });

  it('is read again when the file changes', async () => {
    await writeFile(`${location}.new`, xml('Neu'));
    await rename(`${location}.new`, location);
    await eventually(async () => expect((await published()).de_AT).toBe('Neu'));
  });

  it('stays as the last good file has it when the file is bad, and says why', async () => {
    await writeFile(location, '<messages>');
    await eventually(async () => {
      expect(await state()).toMatchObject({
        messages: 1,
        error: expect.stringContaining('line 1'),
      });
    });
    expect((await published()).de_AT).toBe('Neu');
    await rm(location);
    await eventually(async () => {
      expect(await state()).toMatchObject({
        error: expect.stringMatching(/^there is no file of that name/),
      });
    });
    expect((await published()).de_AT).toBe('Neu');
    await writeFile(location, '<messages>');
    await eventually(async () => {
      expect(await state()).toMatchObject({ error: expect.stringContaining('line 1') });
    });
    for (const [bad, words] of [
      [xml('Grüße').replace('UTF-8', 'EBCDIC-7'), 'its encoding is unknown'],
      [Buffer.from(xml('Grüße'), 'latin1'), 'it is not in the encoding that it says'],
      [xml('&nbsp;'), 'line 5: undefined entity'],
    ] as const) {
      await writeFile(location, bad);
      await eventually(async () => expect(await state()).toMatchObject({ error: words }));
      expect((await published()).de_AT).toBe('Neu');
    }
    await writeFile(location, Buffer.from(xml('Grüße').replace('UTF-8', 'ISO-8859-1'), 'latin1'));
    await eventually(async () => expect((await published()).de_AT).toBe('Grüße'));
    expect(await state()).toMatchObject({ error: null });
  });

  it('is taken from an uploaded file first', async () => {
    for (const type of ['application/xml', 'text/xml; charset=UTF-8']) {
      const answer = await server.request('PUT', path, {
        body: xml(`Hochgeladen als ${type}`),
        headers: { 'Content-Type': type },
      });
      expect([answer.status, answer.json]).toEqual([
        200,
        { source: 'upload', location: null, messages: 1, error: null },
      ]);
      expect((await published()).de_AT).toBe(`Hochgeladen als ${type}`);
    }
    const inLatin = await server.request('PUT', path, {
      body: Buffer.from(xml('Gruß').replace('UTF-8', 'ISO-8859-1'), 'latin1'),
      headers: { 'Content-Type': 'application/xml' },
    });
    expect(inLatin.status).toBe(200);
    expect((await published()).de_AT).toBe('Gruß');
    expect((await server.request('DELETE', path)).status).toBe(200);
    expect((await published()).de_AT).toBe('Grüße');
    const again = await server.request('DELETE', path);
    expect([again.status, again.json.exception]).toEqual([404, 'LocalizationNotFound']);
  });

  it.each([
    ['<messages>', 400, 'InvalidLocalization'],
    ['', 400, 'InvalidLocalization'],
    ['<messages>\0</messages>', 400, 'InvalidLocalization'],
    ['<messages>&nbsp;</messages>', 400, 'InvalidLocalization'],
    ['<?xml version="1.0" encoding="UTF-16"?><messages/>', 400, 'InvalidLocalization'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><messages/>', 400, 'InvalidLocalization'],
  ])('is not taken from the upload %j', async (body, status, exception) => {
    const headers = { 'Content-Type': 'application/xml' };
    const answer = await server.request('PUT', path, { body, headers });
    expect([answer.status, answer.json.exception]).toEqual([status, exception]);
    expect(await state()).toMatchObject({ source: 'file', error: null });
  });

  it('is not taken from what is no XML by its type', async () => {
    const answer = await server.request('PUT', path, { json: {} });
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('localizationFileLocation', () => {
  it.each([
    ...['/dev/zero', '/etc/passwd', '../messages.xml', 'a/messages.xml', 'a\\messages.xml'],
    ...['.', '..'],
  ])('is the name of a file in its folder, and not %s', async (localizationFileLocation) => {
    const answer = await server.request('PUT', '/genesys/1/admin/config/sections/push', {
      json: { localizationFileLocation },
    });
    expect([answer.status, answer.json.message]).toEqual([
      400,
      expect.stringContaining('localizationFileLocation'),
    ]);
  });

  it.each<[string, (file: string) => unknown, string]>([
    ['a link out of it', (file) => symlink('/etc/passwd', file), 'it is a link'],
    ['a link to a device', (file) => symlink('/dev/zero', file), 'it is a link'],
    ['a folder', (file) => mkdir(file), 'it is no regular file'],
    ['a pipe', (file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
    ['more than 8 MB', (file) => writeFile(file, Buffer.alloc(8_388_609, ' ')), 'it has more than'],
  ])('takes no %s for a file, and reads nothing of it', async (kind, make, words) => {
    const file = kind.replaceAll(' ', '-');
    await make(join(folder, 'localization', file));
    await putSection(server, 'push', { localizationFileLocation: file });
    await eventually(async () => {
      expect(await state()).toMatchObject({ error: expect.stringContaining(words) });
    });
    expect(JSON.stringify(await state())).not.toContain(folder);
  });
});

/** A document of 0.7 MB. */
const large = (part: (at: number) => string): string => {
  const parts: string[] = [];
  for (let at = 0, length = 0; length < 700_000; at++) {
    length += parts[parts.push(part(at)) - 1]!.length;
  }
  return `<messages>${parts.join('')}</messages>`;
};

describe('a large localization file', () => {
  it.each<[string, string, number]>([
    ['of messages', large((at) => `<message id="${at}"/>`), 200],
    [
      'of one message in many languages',
      large(
        (at) =>
          `<message id="a"><locale language="l${at}"><entry key="text">x</entry></locale></message>`,
      ),
      200,
    ],
    ['of comments that begin', large(() => '<!-- '), 400],
    ['of quotes that begin', large(() => '<a b="'), 400],
    ['of elements that begin', large(() => '<message id="a">'), 400],
    ['of one text', large(() => 'x '), 400],
  ])('is read without keeping others waiting: %s', async (_, body, status) => {
    let longestMs = 0;
    let lookedAt = performance.now();
    const clock = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lookedAt);
      lookedAt = performance.now();
    });
    const headers = { 'Content-Type': 'application/xml' };
    const answer = await server.request('PUT', path, { body, headers, timeout: 30_000 });
    clearInterval(clock);
    expect(answer.status).toBe(status);
    // One go takes a few milliseconds here, and took seconds; the rest is for a machine that is busy.
    expect(longestMs).toBeLessThan(1000);
    await server.request('DELETE', path);
  });
});
