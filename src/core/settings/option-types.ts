import { z } from 'zod';
import {
  isOptions,
  type RawOptions,
  type ReportFault,
  type SectionSchema,
  unknownOptionWords,
} from './domain/section-schema.js';

/** One option of a section: how it is read, what it takes in words, what it is when absent. */
export interface OptionType<Value> {
  readonly schema: z.ZodType<Value>;
  readonly takes: string;
  readonly defaultValue: Value;
  readonly secret?: boolean;
  /**
   * What the schema makes of a value, undefined when it refuses it; absent: ask the schema. A list
   * of 80,000 texts takes the schemas 600 ms and this 20 ms.
   */
  readonly read?: (value: unknown) => Value | undefined;
}

/**
 * `7` and `"7"` alike (docs/compatibility.md, Configuration: numbers and booleans are accepted as
 * strings too).
 */
export function wholeNumber(initial: number, least: number, most: number): OptionType<number> {
  const written = z.union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ]);
  return {
    schema: written.pipe(z.number().int().min(least).max(most)),
    takes: `a whole number from ${String(least)} to ${String(most)}`,
    defaultValue: initial,
  };
}

/** `true` and `"TRUE"` alike. */
export function boolean(initial: boolean): OptionType<boolean> {
  const written = z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['true', 'false']))
    .transform((word) => word === 'true');
  return { schema: z.union([z.boolean(), written]), takes: 'true or false', defaultValue: initial };
}

/** One line of text, trimmed; numbers are taken as their text. */
export function text(
  initial: string,
  takes = 'text of at most 1000 characters',
  accepts: (value: string) => boolean = () => true,
): OptionType<string> {
  return textUpTo(1000, initial, takes, accepts);
}

/** Text of up to 100,000 characters, as a key file, trimmed; numbers are taken as their text. */
export function longText(
  initial: string,
  takes = 'text of at most 100000 characters',
  accepts: (value: string) => boolean = () => true,
): OptionType<string> {
  return textUpTo(100_000, initial, takes, accepts);
}

function textUpTo(
  most: number,
  initial: string,
  takes: string,
  accepts: (value: string) => boolean,
): OptionType<string> {
  const read = (value: unknown): string | undefined => {
    const line = textOf(value)?.trim();
    if (line === undefined || line.length > most) return undefined;
    return !line.includes('\0') && line.isWellFormed() && accepts(line) ? line : undefined;
  };
  return { schema: schemaOf(read), takes, defaultValue: initial, read };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // A number beyond these has lost digits before anybody could look at it.
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER
    ? String(value)
    : undefined;
}

function schemaOf<Value>(read: (value: unknown) => Value | undefined): z.ZodType<Value> {
  return z.unknown().transform((value, context): Value => {
    const found = read(value);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  });
}

/** @returns undefined at the first item that is not taken */
function itemsOf<Item>(
  value: unknown,
  { schema, read }: OptionType<Item>,
  most: number,
): readonly Item[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const readItem = read ?? ((item: unknown) => schema.safeParse(item).data);
  const items: Item[] = [];
  for (const given of value) {
    const item = readItem(given);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return Object.freeze(items);
}

/** One of a few words, in any case; the words' own spelling comes out. */
export function oneOf<Word extends string>(
  initial: Word,
  words: readonly Word[],
): OptionType<Word> {
  const find = (given: string): Word | undefined =>
    words.find((word) => word.toLowerCase() === given.trim().toLowerCase());
  return {
    schema: z
      .string()
      .refine((given) => find(given) !== undefined)
      .transform((given) => find(given) as Word),
    takes: `one of ${words.join(', ')}`,
    defaultValue: initial,
  };
}

/** A list of one kind of item; of secrets it is one itself. */
export function list<Item>(
  initial: readonly Item[],
  item: OptionType<Item>,
  most = 100_000,
): OptionType<readonly Item[]> {
  return {
    schema: schemaOf((value) => itemsOf(value, item, most)),
    takes: `a list, each item ${item.takes}`,
    defaultValue: initial,
    secret: item.secret === true,
  };
}

/**
 * A map with options of its own; what is not written of it is at its default. With a secret inside
 * it is one as a whole.
 */
export function map<Options extends object>(types: OptionTypes<Options>): OptionType<Options> {
  const parts = Object.entries<OptionType<unknown>>(types);
  const schema = z.custom<RawOptions>(isOptions).transform((given, context) => {
    return parseOptions(types, given, () => context.addIssue({ code: 'custom' }));
  });
  return {
    schema,
    takes: `a map of ${parts.map(([name, { takes }]) => `${name} (${takes})`).join(' and ')}`,
    defaultValue: parseOptions(types, {}, () => undefined),
    secret: parts.some(([, part]) => part.secret === true),
  };
}

/** An option whose value only its writer knows: reads and exports show it masked. */
export function secret<Value>(type: OptionType<Value>): OptionType<Value> {
  return { ...type, secret: true };
}

/** An option that may be absent. */
export function optional<Value>(type: OptionType<Value>): OptionType<Value | undefined> {
  return { ...type, defaultValue: undefined };
}

type OptionTypes<Options> = { readonly [Name in keyof Options]: OptionType<Options[Name]> };

/** Declares a section, or with a name that ends in a dot a family of sections. */
export function defineSection<Options extends object>(
  name: string,
  types: OptionTypes<Options>,
): SectionSchema<Options> {
  return {
    name,
    parse: (given, report) => parseOptions(types, given, report),
    isSecret: (option) => (types as Record<string, OptionType<unknown>>)[option]?.secret === true,
  };
}

/** Reads options by their types. Reports unknown options and every value that is not taken. */
export function parseOptions<Options extends object>(
  types: OptionTypes<Options>,
  given: RawOptions,
  report: ReportFault,
): Options {
  const known = types as Readonly<Record<string, OptionType<unknown>>>;
  const options: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(known)) options[name] = type.defaultValue;
  let unknown: string | undefined;
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) {
      unknown ??= `${unknownOptionWords}; this section takes ${Object.keys(known).join(', ')}`;
      report(name, unknown);
      continue;
    }
    const result = type.schema.safeParse(value);
    if (result.success) options[name] = result.data;
    else report(name, `takes ${type.takes}`);
  }
  return Object.freeze(options) as Options;
}
