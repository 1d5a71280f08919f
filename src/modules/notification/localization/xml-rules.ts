import { BadLocalizationFile } from './bad-localization-file.js';

/** Comments, CDATA sections, instructions, tags and text, one after the other. */
const pieces =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(?:[^<>"']|"[^"]*"|'[^']*')*>|[^<]+|</g;

const declaration =
  /^<\?xml\s+version\s*=\s*(["'])1\.\d\1(?:\s+encoding\s*=\s*(["'])[\w.:-]+\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>$/;

const attributeValues = /"[^"]*"|'[^']*'/g;
const entities = new Set(['lt', 'gt', 'amp', 'quot', 'apos']);

/**
 * Refuses what XML forbids and the validator lets pass: unknown entities, characters that are none,
 * marks where they may not stand (XML 1.0, sections 2.2, 2.4, 2.5, 2.8, 3.1, 4.1).
 * @throws BadLocalizationFile that names the line
 */
export function requireXmlRules(xml: string): void {
  for (const { 0: piece, index } of xml.matchAll(pieces)) {
    const problem = problemOf(piece);
    if (problem !== undefined) {
      throw new BadLocalizationFile(`line ${String(lineAt(xml, index, piece))}: ${problem}`);
    }
  }
}

function problemOf(piece: string): string | undefined {
  const character = badCharacterIn(piece);
  if (character !== undefined) return `the character ${character} is not allowed`;
  if (piece.startsWith('<!--')) {
    return /--|-$/.test(piece.slice(4, -3)) ? 'a comment has -- in it' : undefined;
  }
  if (piece.startsWith('<![CDATA[')) return undefined;
  if (piece.startsWith('<?')) {
    const isGood = !/^<\?xml\s/i.test(piece) || declaration.test(piece);
    return isGood ? undefined : 'the XML declaration is malformed';
  }
  if (piece.startsWith('<')) return problemOfTag(piece);
  return piece.includes(']]>') ? ']]> stands in text' : badReferenceIn(piece);
}

function problemOfTag(tag: string): string | undefined {
  const values = tag.match(attributeValues) ?? [];
  if (values.some((value) => value.includes('<'))) return 'an attribute has < in it';
  return badReferenceIn(values.join(' '));
}

/** Of the references of a text the first that stands for nothing. */
function badReferenceIn(text: string): string | undefined {
  for (const [reference, name, decimal, hexadecimal] of text.matchAll(
    /&(?:([\w.:-]+);|#(\d+);|#x([0-9a-f]+);)?/gi,
  )) {
    if (name !== undefined && entities.has(name)) continue;
    if (name !== undefined) return `the entity ${reference} is unknown`;
    const digits = decimal ?? hexadecimal;
    if (digits === undefined) return 'an & stands alone; it is written &amp;';
    const code = parseInt(digits, decimal === undefined ? 16 : 10);
    const isCharacter =
      code <= 0x10_ffff && badCharacterIn(String.fromCodePoint(code)) === undefined;
    if (!isCharacter) return `${reference} is no character`;
  }
  return undefined;
}

function badCharacterIn(text: string): string | undefined {
  const [found] =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = found.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Where a piece is: its first line that is not blank. */
function lineAt(xml: string, index: number, piece: string): number {
  const blanks = /^\s*/.exec(piece)?.[0].length ?? 0;
  return xml.slice(0, index + blanks).split('\n').length;
}
