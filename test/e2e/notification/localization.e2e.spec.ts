import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useHttpSink } from '../../support/http-sink.js';
import { callback, publish, putSection, subscribe } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({
  config: { security: { allowed_callback_networks: ['127.0.0.1'] } },
});
const sink = useHttpSink();
const path = '/genesys/1/admin/push/localization';
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
  location = join(folder, 'messages.xml');
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
    await putSection(server, 'push', { localizationFileLocation: location });
    await eventually(async () => {
      expect(await state()).toEqual({ source: 'file', location, messages: 1, error: null });
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
      expect(await state()).toMatchObject({ error: expect.stringContaining('ENOENT') });
    });
    expect((await published()).de_AT).toBe('Neu');
    await writeFile(location, '<messages>');
    await eventually(async () => {
      expect(await state()).toMatchObject({ error: expect.stringContaining('line 1') });
    });
    for (const [bad, words] of [
      [xml('Grüße').replace('UTF-8', 'EBCDIC-7'), 'its encoding EBCDIC-7 is unknown'],
      [Buffer.from(xml('Grüße'), 'latin1'), 'it is not in UTF-8, the encoding that it says'],
      [xml('&nbsp;'), 'line 5: the entity &nbsp; is unknown'],
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
