import { describe, expect, it } from '@jest/globals';
import { BadLocalizationFile } from './bad-localization-file.js';
import { readLocalizationFile } from './localization-file.js';
import { localizedText } from './localized-text.js';
import { xmlTextOf } from './xml-text.js';

const messages = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8" ?><messages>${inner}</messages>`;
const message = (id: string, texts: Record<string, string>) =>
  `<message id="${id}">${Object.entries(texts)
    .map(
      ([language, text]) =>
        `<locale language="${language}"><entry key="text">${text}</entry></locale>`,
    )
    .join('\n')}</message>`;

const file = readLocalizationFile(
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
    ['<messages/><messages/>', 'it is not one element <messages>'],
    [messages('<message/>'), '<message> 1 has no id'],
    [messages('<message id=""/>'), '<message> 1 has no id'],
    [messages('<message id="a"/><message id=" "/>'), '<message> 2 has no id'],
    [messages('<message id="a"><locale/></message>'), '<message> 1, <locale> 1 has no language'],
    [
      messages('<message id="a"><locale language="de"><entry/></locale></message>'),
      '<message> 1, <locale> 1, <entry> 1 has no key',
    ],
    [messages('<massage id="a"/>'), '<messages> has <massage> in it, and takes <message> alone'],
    [messages('words'), '<messages> has text beside <message>'],
    [messages('<message id="a">words</message>'), '<message> 1 has text beside <locale>'],
    [messages(message('a', { de: 'a <b>c</b>' })), '<entry> 1 has <b> in it, and takes text alone'],
    [messages(message('a', { de: '\\u0000' })), 'that is no character'],
    [messages(message('a', { de: '\\uD83D' })), 'that is no character'],
    [messages('\n<message id="a" id="b"/>'), "line 2: Attribute 'id' is repeated"],
    [messages(message('a', { de: 'Müller & Co' })), 'line 1: '],
    [messages(`\n${message('a', { de: '&nbsp;' })}`), 'line 2: the entity &nbsp; is unknown'],
    [messages(message('a', { de: '\n&#0;' })), 'line 2: &#0; is no character'],
    [messages(message('a', { de: '&#xD800;' })), '&#xD800; is no character'],
    [messages(message('a', { de: '&#x110000;' })), '&#x110000; is no character'],
    [messages(message('a', { de: 'a ]]> b' })), ']]> stands in text'],
    [messages('<message id="a<b"/>'), 'an attribute has < in it'],
    [messages('<message id="a & b"/>'), 'an & stands alone'],
    [messages('<!-- a -- b -->'), 'a comment has -- in it'],
    [messages('\u0001'), 'line 1: '],
    [messages('\ufffe'), 'the character U+FFFE is not allowed'],
    [messages('\ud800'), 'the character U+D800 is not allowed'],
    ['<?xml encoding="UTF-8"?><messages/>', 'the XML declaration is malformed'],
    [` ${messages('')}`, 'line 1: '],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${messages('')}`, 'DOCTYPE'],
    [`<!doctype x SYSTEM "file:///etc/passwd">${messages('')}`, 'DOCTYPE'],
    [messages('<__proto__/>'), 'reserved'],
    ['x'.repeat(5_000_001), 'characters'],
  ])('is refused as %j', (xml, words) => {
    expect(() => readLocalizationFile(xml)).toThrow(BadLocalizationFile);
    expect(() => readLocalizationFile(xml)).toThrow(words);
  });

  it('may hold nothing, or very much', () => {
    const blank = `x${' '.repeat(2_000_000)}y`;
    const wide = readLocalizationFile(messages(message('a', { de: blank })));
    expect(wide.get('a')?.get('de')).toBe(blank);
    expect(readLocalizationFile('<messages/>').size).toBe(0);
    expect(readLocalizationFile('<messages>\n</messages>').size).toBe(0);
    const many = Array.from({ length: 5000 }, (_, at) => message(`m${at}`, { de: 'a &amp; b' }));
    expect(
      readLocalizationFile(messages(many.join('')))
        .get('m4999')
        ?.get('de'),
    ).toBe('a & b');
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
  ])('is that of its declaration: %s', (_, bytes) => {
    expect(xmlTextOf(bytes)).toContain('<!-- Grüße € -->');
    expect(readLocalizationFile(xmlTextOf(bytes)).size).toBe(0);
  });

  it('is that of its content type first', () => {
    expect(xmlTextOf(Buffer.from(xml('ISO-8859-1')), 'utf-8')).toContain('Grüße €');
  });

  it.each<[string, Buffer, string]>([
    ['unknown', Buffer.from(xml('EBCDIC-7')), 'its encoding EBCDIC-7 is unknown'],
    ['another', Buffer.from(xml('UTF-8').replace('€', ''), 'latin1'), 'it is not in UTF-8'],
    ['another than none', Buffer.from('<messages>ü</messages>', 'latin1'), 'it is not in utf-8'],
    ['no UTF-16', Buffer.from(xml('UTF-16')), 'it is not in UTF-16'],
  ])('is refused: %s', (_, bytes, words) => {
    expect(() => xmlTextOf(bytes)).toThrow(BadLocalizationFile);
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
