import { describe, expect, it } from '@jest/globals';
import { BadLocalizationFile, readLocalizationFile } from './localization-file.js';
import { localizedText } from './localized-text.js';

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
    ['<other/>', '<messages>'],
    [messages('<message/>'), 'message'],
    [messages('<message id=""/>'), 'message'],
    [messages('<message id="a"><locale/></message>'), 'locale'],
    [messages('<message id="a"><locale language="de"><entry/></locale></message>'), 'entry'],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${messages('')}`, 'DOCTYPE'],
    [`<!doctype x SYSTEM "file:///etc/passwd">${messages('')}`, 'DOCTYPE'],
    [messages('<__proto__/>'), 'reserved'],
    ['x'.repeat(5_000_001), 'characters'],
  ])('is refused as %j', (xml, words) => {
    expect(() => readLocalizationFile(xml)).toThrow(BadLocalizationFile);
    expect(() => readLocalizationFile(xml)).toThrow(words);
  });

  it('may hold nothing, or very much', () => {
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

describe('arguments of a message', () => {
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
