import { writeJson } from '../../../core/json/index.js';
import { languageKey, type LocalizationFile } from './localization-file.js';

/** Why a text is not what its publisher may have meant. */
export type LocalizationWarning =
  | { readonly kind: 'unknownMessage'; readonly name: string }
  | { readonly kind: 'unknownArgument'; readonly name: string }
  | { readonly kind: 'tooLong'; readonly name: string };

/** The text of a message, and what was wrong with it. */
export interface LocalizedText {
  readonly text: string;
  readonly warnings: readonly LocalizationWarning[];
}

/** A longer word after `$` is no variable, and a longer text no message, characters. */
const maxNameLength = 255;
const maxTextLength = 1024 * 1024;

/** Names are of letters and digits of any script, `_` and `-`, with dots between. */
const variable = /\$([\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*(?:\.[\p{L}\p{M}\p{N}_-]+)*)/gu;

/**
 * The text of a message in a language (docs/compatibility.md, Localization): in `de_AT`, else in
 * `de`, else the message as it is. `$customer.lastname` becomes that argument, flat or nested.
 */
export function localizedText(
  file: LocalizationFile,
  message: string,
  language: string,
  given: Readonly<Record<string, unknown>>,
): LocalizedText {
  const texts = file.get(message);
  if (texts === undefined) {
    return { text: message, warnings: [{ kind: 'unknownMessage', name: message }] };
  }
  const found = languagesOf(language).find((name) => texts.has(name));
  const text = found === undefined ? undefined : texts.get(found);
  if (text === undefined) return { text: message, warnings: [] };
  return (
    fillVariables(text, given) ?? { text: message, warnings: [{ kind: 'tooLong', name: message }] }
  );
}

/** `de_at`, `de` of `de_AT`. */
function languagesOf(language: string): string[] {
  const parts = languageKey(language).split('_');
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('_'));
}

/** @returns undefined when it would be too long */
function fillVariables(
  text: string,
  given: Readonly<Record<string, unknown>>,
): LocalizedText | undefined {
  const warnings: LocalizationWarning[] = [];
  let length = text.length;
  const filled = text.replaceAll(variable, (whole, name: string) => {
    if (name.length > maxNameLength || length > maxTextLength) return whole;
    for (const known of namesIn(name)) {
      const value = argumentOf(given, known);
      if (value === undefined) continue;
      length += value.length;
      return `${value}${name.slice(known.length)}`;
    }
    // What begins with a digit is a price.
    if (/^\p{N}/u.test(name)) return whole;
    warnings.push({ kind: 'unknownArgument', name });
    return '';
  });
  return length > maxTextLength ? undefined : { text: filled, warnings };
}

/** A hyphen may be of the name, or of the text behind it. */
function namesIn(name: string): string[] {
  const names = [name];
  for (let end = name.lastIndexOf('-'); end > 0; end = name.lastIndexOf('-', end - 1)) {
    names.push(name.slice(0, end));
  }
  return names;
}

function argumentOf(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(given, name)) return argumentText(given[name]);
  let value: unknown = given;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return argumentText(value);
}

function argumentText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : writeJson(value);
}
