import { languageKey, type LocalizationFile } from './localization-file.js';

/** Why a text is not what its publisher may have meant. */
export type LocalizationWarning =
  | { readonly kind: 'unknownMessage'; readonly name: string }
  | { readonly kind: 'unknownArgument'; readonly name: string };

/** The text of a message, and what was wrong with it. */
export interface LocalizedText {
  readonly text: string;
  readonly warnings: readonly LocalizationWarning[];
}

const variable = /\$([A-Za-z_][\w-]*(?:\.[\w-]+)*)/g;

/**
 * The text of a message in a language (notification.md, Localization): in `de_AT`, else in `de`,
 * else the message as it is. `$customer.lastname` becomes that argument, flat or nested.
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
  return text === undefined ? { text: message, warnings: [] } : filledIn(text, given);
}

/** `de_at`, `de` of `de_AT`. */
function languagesOf(language: string): string[] {
  const parts = languageKey(language).split('_');
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('_'));
}

function filledIn(text: string, given: Readonly<Record<string, unknown>>): LocalizedText {
  const warnings: LocalizationWarning[] = [];
  const filled = text.replaceAll(variable, (_, name: string) => {
    const value = argumentOf(given, name);
    if (value === undefined) warnings.push({ kind: 'unknownArgument', name });
    return value ?? '';
  });
  return { text: filled, warnings };
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
  return typeof value === 'string' ? value : JSON.stringify(value);
}
