import type { ApiPropertyOptions } from '@nestjs/swagger';
import { isJsonObject, numberOf, scalarText } from '../json/index.js';
import { instantForm, instantOf } from '../time/index.js';
import type { DtoClass, Kind, ReportFault } from './kind.js';
import { planOf } from './plan.js';

export interface TextForm {
  /** Characters at least and at most, as JavaScript counts them. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly accepts?: (text: string) => boolean;
  /** What is taken, in words; absent: the length. */
  readonly takes?: string;
  /** Whether numbers, with the digits that were sent, and truth values count as their text. */
  readonly scalars?: boolean;
  /** Whether blanks around it are left out. */
  readonly trim?: boolean;
  /** For OpenAPI: `uuid`, `uri` … */
  readonly format?: string;
}

export function textKind(form: TextForm): Kind<string> {
  const { min = 0, max = Infinity, pattern, accepts, scalars = false, trim = false } = form;
  return {
    takes: form.takes ?? lengthWords(min, max),
    schema: {
      type: 'string',
      ...(min > 0 && { minLength: min }),
      ...(max < Infinity && { maxLength: max }),
      ...(pattern !== undefined && { pattern: pattern.source }),
      ...(form.format !== undefined && { format: form.format }),
    },
    read(written) {
      const given = scalars ? scalarText(written) : written;
      if (typeof given !== 'string') return undefined;
      const text = trim ? given.trim() : given;
      if (text.length < min || text.length > max) return undefined;
      if (pattern !== undefined && !pattern.test(text)) return undefined;
      return accepts === undefined || accepts(text) ? text : undefined;
    },
  };
}

function lengthWords(min: number, max: number): string {
  if (max === Infinity) return 'text';
  return min === 0
    ? `text of at most ${String(max)} characters`
    : `${String(min)} to ${String(max)} characters`;
}

export interface WholeForm {
  readonly min: number;
  readonly max: number;
  /** What is taken, in words; absent: the range. */
  readonly takes?: string;
  /** What a number may look like where it is written as text; absent: digits, with or without a sign. */
  readonly digits?: RegExp;
}

/** A whole number, or its text. */
export function wholeKind({ min, max, takes, digits = /^-?\d{1,16}$/ }: WholeForm): Kind<number> {
  return {
    takes: takes ?? `a whole number from ${String(min)} to ${String(max)}`,
    schema: {
      type: 'integer',
      minimum: min,
      maximum: max,
      ...(max > 2_147_483_647 && { format: 'int64' }),
    },
    read(written) {
      const isText = typeof written === 'string' && digits.test(written);
      const number = isText ? Number(written) : numberOf(written);
      if (number === undefined || !Number.isInteger(number)) return undefined;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export interface WordForm {
  /** What is taken, in words; absent: the words themselves. */
  readonly takes?: string;
  /** Whether `TRUE` is `true`. */
  readonly anyCase?: boolean;
  /** Whether blanks around it are left out. */
  readonly trim?: boolean;
}

/** One of some words, which comes out as it stands in the list. */
export function oneOfKind<Word extends string>(
  words: readonly Word[],
  { takes, anyCase = false, trim = false }: WordForm = {},
): Kind<Word> {
  const known = new Map(words.map((word) => [anyCase ? word.toLowerCase() : word, word]));
  return {
    takes: takes ?? `one of ${words.join(', ')}`,
    schema: { type: 'string', enum: [...words] },
    read(written) {
      if (typeof written !== 'string') return undefined;
      const word = trim ? written.trim() : written;
      return known.get(anyCase ? word.toLowerCase() : word);
    },
  };
}

/** `true` and `false`, as JSON has them or as text in any case. */
export function flagKind({ takes = 'true or false', trim = false }: WordForm = {}): Kind<boolean> {
  return {
    takes,
    schema: { type: 'boolean' },
    read(written) {
      if (typeof written === 'boolean') return written;
      if (typeof written !== 'string') return undefined;
      const word = (trim ? written.trim() : written).toLowerCase();
      return word === 'true' || (word === 'false' ? false : undefined);
    },
  };
}

export interface InstantForm {
  /** What is taken, in words. */
  readonly takes?: string;
  /** In a query string, where an offset's `+` that was not encoded arrives as a blank. */
  readonly blankIsPlus?: boolean;
}

export function instantKind({
  takes = instantForm,
  blankIsPlus = false,
}: InstantForm = {}): Kind<Date> {
  return {
    takes,
    schema: { type: 'string', format: 'date-time' },
    read(written) {
      if (typeof written !== 'string') return undefined;
      return instantOf(blankIsPlus ? written.replace(' ', '+') : written);
    },
  };
}

/** Any JSON, handed on as it is. */
export const opaqueKind: Kind = {
  takes: 'any JSON',
  // Nest wants a type or a composition; the document is made to say what is meant afterwards.
  schema: { oneOf: [{}] },
  read: (written) => written,
};

/** A map that is handed on as it is. */
export function opaqueMapKind(takes = 'a map'): Kind<Readonly<Record<string, unknown>>> {
  return {
    takes,
    schema: { type: 'object', additionalProperties: true },
    read: (written) => (isJsonObject(written) ? written : undefined),
  };
}

/** A map with members of its own. */
export function nestedKind<Dto extends object>(
  type: () => DtoClass<Dto>,
  takes = 'a map',
): Kind<Dto> {
  return {
    takes,
    // Swagger knows a function that gives a class by its name, which must be `type`.
    schema: { type: () => type() },
    read(written, report, name) {
      const plan = planOf(type());
      if (plan === undefined) throw new Error(`${type().name} declares no member`);
      return isJsonObject(written) ? plan(written, report, `${name}.`) : undefined;
    },
  };
}

export interface ListForm {
  readonly min?: number;
  readonly max?: number;
  /** What is taken, in words. */
  readonly takes: string;
  /** Whether an item that comes again is left out. */
  readonly unique?: boolean;
}

/** A list whose items are counted before any of them is read. */
export function listKind<Item>(item: Kind<Item>, form: ListForm): Kind<Item[]> {
  const { min = 0, max = Infinity, takes, unique = false } = form;
  return {
    takes,
    schema: listSchema(item.schema, min, max),
    read(written, report, name) {
      if (!Array.isArray(written) || written.length < min || written.length > max) return undefined;
      const items: Item[] = [];
      for (const [index, value] of (written as unknown[]).entries()) {
        const read = readItem(item, value, report, `${name}[${String(index)}]`);
        if (read !== undefined) items.push(read);
      }
      return unique ? [...new Set(items)] : items;
    },
  };
}

function readItem<Item>(
  item: Kind<Item>,
  written: unknown,
  report: ReportFault,
  name: string,
): Item | undefined {
  if (written === undefined || written === null) {
    report({ name, says: 'is mandatory', isMissing: true });
    return undefined;
  }
  const value = item.read(written, report, name);
  if (value === undefined) report({ name, says: `takes ${item.takes}`, isMissing: false });
  return value;
}

function listSchema(item: ApiPropertyOptions, min: number, max: number): ApiPropertyOptions {
  const bounds = { ...(min > 0 && { minItems: min }), ...(max < Infinity && { maxItems: max }) };
  const isClass = typeof item.type === 'function';
  const list = isClass ? { ...item, isArray: true } : { type: 'array', items: item };
  return { ...list, ...bounds } as ApiPropertyOptions;
}
