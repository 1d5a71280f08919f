import { describe, expect, it } from '@jest/globals';
import { InvalidLocalizationFile, readLocalizationFile } from './localization-file.js';
import { localizedText } from './localized-text.js';
import { decodeXmlChunks } from './decode-xml.js';

const read = (xml: string) => readLocalizationFile([xml]);
const xmlTextOf = (bytes: Uint8Array, charset?: string) =>
  [...decodeXmlChunks(bytes, charset)].join('');

const messages = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8" ?><messages>${inner}</messages>`;
const message = (id: string, texts: Record<string, string>) =>
  `<message id="${id}">${Object.entries(texts)
    .map(
      ([language, text]) =>
        `<locale language="${language}"><entry key="text">${text}</entry></locale>`,
    )
    .join('\n')}</message>`;

const file = await read(
  messages(
    [
      message('welcome', { en_US: 'Welcome', de: 'Willkommen', es: '\\u00A1Hola', pt_BR: 'Olá' }),
      message('args', {
        de: 'Sehr geehrter Kunde $customer.lastname, wie geht es Ihnen. $a_b.$c$',
        fr: 'Vous devez 5$, $5 ou ($x-y)',
      }),
      message('broken', { de: '  eine\n     Zeile\\u000Aund noch eine ' }),
      message('marked', { de: '&lt;b&gt; &amp;amp; <![CDATA[<i> &amp;]]> &#233;<!-- x -->' }),
    ].join('<!-- & -->'),
  ),
);

const textOf = (id: string, language: string, given = {}) =>
  localizedText(file, id, language, given).text;

describe('the localization file', () => {
  it('has a text for each language', () => {
    expect(textOf('welcome', 'en_US')).toBe('Welcome');
    expect(textOf('welcome', 'de')).toBe('Willkommen');
  });

  it('falls back from the country to the language to the message as it is', () => {
    expect(textOf('welcome', 'de_AT')).toBe('Willkommen');
    expect(textOf('welcome', 'de_AT_1996')).toBe('Willkommen');
    expect(textOf('welcome', 'pt_BR')).toBe('Olá');
    expect(textOf('welcome', 'pt')).toBe('welcome');
    expect(textOf('welcome', 'nl')).toBe('welcome');
  });

  it('compares languages ignoring case, with - for _', () => {
    expect(textOf('welcome', 'EN-us')).toBe('Welcome');
  });

  it('has characters by number', () => {
    expect(textOf('welcome', 'es')).toBe('¡Hola');
  });

  it('has line breaks for its readers alone', () => {
    expect(textOf('broken', 'de')).toBe('eine Zeile\nund noch eine');
  });

  it('is XML: marks are escaped or in CDATA', () => {
    expect(textOf('marked', 'de')).toBe('<b> &amp; <i> &amp; é');
  });

  it('has nothing for an unknown message, and says so', () => {
    expect(localizedText(file, 'nothing', 'de', {})).toEqual({
      text: 'nothing',
      warnings: [{ kind: 'unknownMessage', name: 'nothing' }],
    });
    expect(textOf('__proto__', 'de')).toBe('__proto__');
  });

  it.each([
    ['', 'line 1'],
    ['text', 'line 1'],
    ['<messages>', 'line 1'],
    ['<messages>\n\n<a></b></messages>', 'line 3'],
    ['<other/>', 'it is not one element <messages>'],
    ['<messages/><messages/>', 'documents may contain only one root'],
    [messages('<message/>'), '<message> has no id'],
    [messages('<message id=""/>'), '<message> has no id'],
    [messages('<message id="a"/><message id=" "/>'), '<message> has no id'],
    [messages('<message id="a"><locale/></message>'), '<locale> has no language'],
    [
      messages('<message id="a"><locale language="de"><entry/></locale></message>'),
      '<entry> has no key',
    ],
    [messages('<massage id="a"/>'), '<messages> takes <message> alone'],
    [messages('words'), '<messages> has text beside its elements'],
    [messages('<message id="a">words</message>'), '<message> has text beside its elements'],
    [messages(message('a', { de: 'a <b>c</b>' })), '<entry> takes text alone'],
    [messages(message('a', { de: '\\u0000' })), 'that is no character'],
    [messages(message('a', { de: '\\uD83D' })), 'that is no character'],
    [messages('\n<message id="a" id="b"/>'), 'line 2: duplicate attribute'],
    [messages(message('a', { de: 'Müller & Co' })), 'line 1: '],
    [messages(`\n${message('a', { de: '&nbsp;' })}`), 'line 2: undefined entity'],
    [messages(message('a', { de: '\n&#0;' })), 'line 2: malformed character entity'],
    [messages(message('a', { de: '&#xD800;' })), 'malformed character entity'],
    [messages(message('a', { de: '&#x110000;' })), 'malformed character entity'],
    [messages(message('a', { de: 'a ]]> b' })), 'the string'],
    [messages('<message id="a<b"/>'), 'disallowed character'],
    [messages('<message id="a & b"/>'), 'line 1: '],
    [messages('<!-- a -- b -->'), 'malformed comment'],
    [messages('\u0001'), 'line 1: '],
    [messages('\ufffe'), 'disallowed character'],
    [messages('\ud800'), 'line 1: '],
    ['<?xml encoding="UTF-8"?><messages/>', 'expected one of version'],
    [` ${messages('')}`, 'line 1: '],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${messages('')}`, 'DOCTYPE'],
    [`<!doctype x SYSTEM "file:///etc/passwd">${messages('')}`, 'incorrect syntax'],
    [messages('<__proto__/>'), '<messages> takes <message> alone'],
    [messages(message('a', { de: 'x'.repeat(100_001) })), 'a text has more than 100000 characters'],
  ])('is refused as %j', async (xml, words) => {
    await expect(read(xml)).rejects.toThrow(InvalidLocalizationFile);
    await expect(read(xml)).rejects.toThrow(words);
  });

  it('may hold nothing, or very much', async () => {
    const blank = `x${' '.repeat(90_000)}y`;
    const wide = await read(messages(message('a', { de: blank })));
    expect(wide.get('a')?.get('de')).toBe(blank);
    expect((await read('<messages/>')).size).toBe(0);
    expect((await read('<messages>\n</messages>')).size).toBe(0);
    const many = Array.from({ length: 5000 }, (_, at) => message(`m${at}`, { de: 'a &amp; b' }));
    expect((await read(messages(many.join('')))).get('m4999')?.get('de')).toBe('a & b');
  });

  it.each([
    ['<messages>secret</messages>', 'line 1: <messages> has text beside its elements'],
    ['secret', 'line 1: '],
    ['<secret/>', 'line 1: it is not one element <messages>'],
    ['<messages>&secret;</messages>', 'line 1: undefined entity'],
    ['<messages></secret>', 'line 1: unexpected close tag'],
    ['<messages><message secret="a" secret="b"/></messages>', 'line 1: duplicate attribute'],
  ])('is refused without a word of what stands in it: %s', async (xml, words) => {
    const said = await read(xml).catch(String);
    expect(said).toContain(words);
    expect(said).not.toContain('secret');
  });
});

describe('the encoding of a localization file', () => {
  const xml = (encoding: string) =>
    `<?xml version='1.0' encoding='${encoding}' ?>\n<messages><!-- Grüße € --></messages>`;
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');

  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(xml('UTF-8'))],
    ['none', Buffer.from('<messages><!-- Grüße € --></messages>')],
    ['a mark of UTF-8', Buffer.from(`\ufeff${xml('UTF-8')}`)],
    ['ISO-8859-15', Buffer.from(xml('ISO-8859-15').replace('€', '\xa4'), 'latin1')],
    ['UTF-16 with a mark', utf16(`\ufeff${xml('UTF-16')}`)],
    ['UTF-16, big end first', utf16(`\ufeff${xml('UTF-16')}`).swap16()],
    ['UTF-16 without a mark', utf16(xml('UTF-16'))],
  ])('is that of its declaration: %s', async (_, bytes) => {
    expect(xmlTextOf(bytes)).toContain('<!-- Grüße € -->');
    expect((await read(xmlTextOf(bytes))).size).toBe(0);
  });

  it('is that of its content type first', () => {
    expect(xmlTextOf(Buffer.from(xml('ISO-8859-1')), 'utf-8')).toContain('Grüße €');
  });

  it.each<[string, Buffer, string]>([
    ['unknown', Buffer.from(xml('EBCDIC-7')), 'its encoding is unknown'],
    [
      'another',
      Buffer.from(xml('UTF-8').replace('€', ''), 'latin1'),
      'it is not in the encoding that it says',
    ],
    [
      'another than none',
      Buffer.from('<messages>ü</messages>', 'latin1'),
      'it is not in the encoding that it says',
    ],
    ['no UTF-16', Buffer.from(xml('UTF-16')), 'it is not in the encoding that it says'],
  ])('is refused: %s', (_, bytes, words) => {
    expect(() => xmlTextOf(bytes)).toThrow(InvalidLocalizationFile);
    expect(() => xmlTextOf(bytes)).toThrow(words);
  });
});

describe('arguments of a message', () => {
  it('have names of any script, and may stand before a hyphen', () => {
    const texts = new Map([['m', new Map([['de', '$größe_2, $名前-さん, $a-b-c, $1, $x.ü']])]]);
    const given = { größe_2: 'XL', 名前: '山田', 'a-b': 'AB', 1: 'one', x: { ü: 'U' } };
    expect(localizedText(texts, 'm', 'de', given)).toEqual({
      text: 'XL, 山田-さん, AB-c, one, U',
      warnings: [],
    });
  });

  it('are flat or nested', () => {
    const flat = { 'customer.lastname': 'Doe', a_b: 1, c: true };
    expect(textOf('args', 'de', flat)).toBe('Sehr geehrter Kunde Doe, wie geht es Ihnen. 1.true$');
    const nested = { customer: { lastname: '$a_b' }, a_b: '', c: { d: ['ü'] } };
    expect(textOf('args', 'de', nested)).toBe(
      'Sehr geehrter Kunde $a_b, wie geht es Ihnen. .{"d":["ü"]}$',
    );
  });

  it('that are unknown are empty, and said', () => {
    const { text, warnings } = localizedText(file, 'args', 'de', { customer: 'Doe', c: null });
    expect(text).toBe('Sehr geehrter Kunde , wie geht es Ihnen. .$');
    expect(warnings).toEqual([
      { kind: 'unknownArgument', name: 'customer.lastname' },
      { kind: 'unknownArgument', name: 'a_b' },
    ]);
  });

  it('do not take prices for variables, nor names of JavaScript for arguments', () => {
    expect(textOf('args', 'fr', { 'x-y': 'z' })).toBe('Vous devez 5$, $5 ou (z)');
    const { text } = localizedText(
      new Map([['m', new Map([['de', '$constructor.name']])]]),
      'm',
      'de',
      {},
    );
    expect(text).toBe('');
  });
});
