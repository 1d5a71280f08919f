import { z } from 'zod';
import { invalidParameter } from '../../../core/errors/index.js';
import {
  numberTextOf,
  entriesOf,
  JsonNumber,
  numberOf,
  objectOf,
} from '../../../core/json/index.js';
import { instantForm, instantOf } from '../../../core/time/index.js';
import {
  commonNames,
  extensionNameForm,
  isExtensionName,
  isReserved,
} from '../domain/reserved-names.js';

export type JsonMap = Readonly<Record<string, unknown>>;

/** A type, medium or disposition: returned as it was given, compared by its text. */
export type Scalar = number | JsonNumber | string;

/** An event as a caller tells of it (docs/compatibility.md, Fields). */
export interface ItemEvent {
  /** When; undefined: now, by the database's clock. */
  readonly at: Date | undefined;
  /** Common fields, and of an end the disposition, by the names by which they are returned. */
  readonly fields: JsonMap;
  /** Replaces extensions of the same names. */
  readonly extensions: JsonMap;
}

/** The start of a service, a state or a task. */
export interface ItemStart extends ItemEvent {
  readonly type: Scalar | undefined;
  /** Seconds. */
  readonly estDuration: number | undefined;
}

/** The body of a call before it is read: extensions stand beside its fields. */
export const anyObject = z.unknown();

const maxInt32 = 2_147_483_647;
const maxScalarLength = 255;
const maxNameLength = 255;

/** A field that may be absent; null counts as absent. */
export function field<Value>(takes: string, read: (value: unknown) => Value | undefined) {
  return z
    .unknown()
    .optional()
    .transform((value, context): Value | undefined => {
      if (value === undefined || value === null) return undefined;
      const found = read(value);
      if (found === undefined) {
        context.addIssue({ code: 'custom', message: `takes ${takes}`, params: { optional: true } });
      }
      return found;
    });
}

/** Text of at most so many characters. */
const textField = (most: number) =>
  field(`text of at most ${String(most)} characters`, (value) =>
    typeof value === 'string' && value.length <= most ? value : undefined,
  );

/** `*_type`, `media_type`, `disposition`. */
export const scalar = field(
  `a number or text of at most ${String(maxScalarLength)} characters`,
  (value): Scalar | undefined => {
    if (typeof value === 'number') return value;
    if (value instanceof JsonNumber)
      return value.text.length <= maxScalarLength ? value : undefined;
    return typeof value === 'string' && value.length <= maxScalarLength ? value : undefined;
  },
);

/** A whole number, or its text. */
const wholeNumberField = (least: number, most: number) =>
  field(`a whole number from ${String(least)} to ${String(most)}`, (value) => {
    const isText = typeof value === 'string' && /^-?\d{1,16}$/.test(value);
    const number = isText ? Number(value) : numberOf(value);
    if (number === undefined || !Number.isInteger(number)) return undefined;
    return number >= least && number <= most ? number : undefined;
  });

const integer = wholeNumberField(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** The id of a state or task. */
export const itemId = wholeNumberField(0, Number.MAX_SAFE_INTEGER);

export const seconds = wholeNumberField(1, maxInt32);

export const estDuration = wholeNumberField(0, maxInt32);

export const instant = field(instantForm, (value) =>
  typeof value === 'string' ? instantOf(value) : undefined,
);

/** `customer_id`, `contact_key`; a number becomes its text. */
export const customerName = field(`1 to ${String(maxNameLength)} characters`, (value) => {
  const text = numberTextOf(value) ?? value;
  return typeof text === 'string' && isCustomerName(text) ? text : undefined;
});

/** Whether the text can be a `customer_id` or `contact_key`. */
export function isCustomerName(text: string): boolean {
  return text.length >= 1 && text.length <= maxNameLength;
}

/** What every event may say. */
export const commonShape = {
  session_id: textField(32),
  interaction_id: textField(50),
  application_type: scalar,
  application_id: integer,
  resource_type: scalar,
  resource_id: integer,
  media_type: scalar,
  timestamp: instant,
};

/** What the start of any item may say, but its type. */
export const startShape = { ...commonShape, est_duration: estDuration };

export const dispositionShape = { disposition: scalar, disposition_desc: textField(64) };

/** What the end of any item may say. */
export const endSchema = z.object({ ...commonShape, ...dispositionShape });

type Common = z.infer<z.ZodObject<typeof commonShape>>;

/** Common fields that were given, by the names by which they are returned. */
export function commonFieldsOf(event: Common): JsonMap {
  const fields: Record<string, unknown> = {};
  for (const name of commonNames) if (event[name] !== undefined) fields[name] = event[name];
  return fields;
}

type Disposition = z.infer<z.ZodObject<typeof dispositionShape>>;

/** The disposition, as far as it was given. */
export function dispositionOf({ disposition, disposition_desc }: Disposition): JsonMap {
  return {
    ...(disposition !== undefined && { disposition }),
    ...(disposition_desc !== undefined && { disposition_desc }),
  };
}

/** The end of a service, a state or a task. @throws DomainError InvalidParameter */
export function itemEndOf(body: JsonMap, end: z.infer<typeof endSchema>): ItemEvent {
  const fields = { ...commonFieldsOf(end), ...dispositionOf(end) };
  return { at: end.timestamp, fields, extensions: extensionsOf(body) };
}

/**
 * The extensions of a body: every member whose name the API does not use itself.
 * @param path where the body stands in the request's, as `services[0].task.`
 * @throws DomainError InvalidParameter
 */
export function extensionsOf(body: JsonMap, path = ''): JsonMap {
  const entries = entriesOf(body).filter(([name]) => !isReserved(name));
  for (const [name] of entries) {
    if (!isExtensionName(name)) {
      throw invalidParameter(
        `the name of the extension ${JSON.stringify(path + name.slice(0, 40))}`,
        extensionNameForm,
      );
    }
  }
  return objectOf(entries);
}
