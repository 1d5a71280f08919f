import { DomainError, invalidBody, invalidParameter, invalidText } from '../../errors/index.js';
import { type FieldValue, requireStorable } from './fields.js';
import { decodeText } from './text.js';

/** Deeper nesting is hostile: nobody's data has it, and recursion has an end. */
const deepest = 100;

/** How malformed JSON is answered: the Service API documents a 500, all else is 400. */
export type MalformedJson = 'serverError' | 'badRequest';

/**
 * Reads a JSON body.
 * @throws DomainError InvalidBody
 */
export function parseJson(body: Buffer, charset: string, malformed: MalformedJson): unknown {
  const text = decodeText(body, charset);
  if (text === undefined) throw unreadable(`the bytes are not in ${charset}`, malformed);
  return parseJsonText(text, malformed);
}

/** @throws DomainError InvalidBody */
export function parseJsonText(text: string, malformed: MalformedJson): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), malformed);
  }
}

/** @throws DomainError InvalidBody when the value is no JSON object */
export function requireObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidBody('the JSON body must be an object');
  }
  return value as Readonly<Record<string, unknown>>;
}

/**
 * The fields of a JSON object, each as text: scalars in their JSON form, maps and arrays in the
 * form of the 8.5 page (`{street=mystreet, city=mycity}`), null as absent (conventions.md).
 * @throws DomainError InvalidBody, InvalidText
 */
export function jsonFields(value: unknown): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  for (const [name, member] of Object.entries(requireObject(value))) {
    if (member === null) continue;
    const text = textOf(member, 1);
    requireStorable(name, text);
    requireWellFormed(name, text);
    fields.set(name, text);
  }
  return fields;
}

/**
 * Refuses a JSON body with text or numbers that cannot be held, or nested too deep to be walked.
 * @throws DomainError InvalidText, InvalidParameter, InvalidBody
 */
export function requireStorableJson(body: Readonly<Record<string, unknown>>): void {
  for (const [name, member] of Object.entries(body)) {
    requireStorable(name, '');
    requireStorableMember(name, member, 1);
  }
}

function requireStorableMember(field: string, value: unknown, depth: number): void {
  if (typeof value === 'string') {
    requireStorable(field, value);
    requireWellFormed(field, value);
  } else if (typeof value === 'number') {
    // 1e400 is JSON, but not a number that JavaScript or a reader of our answers could hold.
    if (!Number.isFinite(value)) throw invalidParameter(field, 'numbers of at most 1.7e308');
  } else if (typeof value === 'object' && value !== null) {
    if (depth > deepest) throw nestedTooDeep();
    for (const [name, member] of Object.entries(value)) {
      requireStorableMember(field, name, depth);
      requireStorableMember(field, member, depth + 1);
    }
  }
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth > deepest) throw nestedTooDeep();
  if (Array.isArray(value)) {
    return `[${value.map((item) => textOf(item, depth + 1)).join(', ')}]`;
  }
  const members = Object.entries(value).map(
    ([name, member]) => `${name}=${textOf(member, depth + 1)}`,
  );
  return `{${members.join(', ')}}`;
}

function nestedTooDeep(): DomainError {
  return invalidBody(`the JSON body is nested deeper than ${String(deepest)}`);
}

/** Half of a surrogate pair has no form in UTF-8; stored, it would come back as another text. */
function requireWellFormed(name: string, text: string): void {
  if (/\p{Surrogate}/u.test(name) || /\p{Surrogate}/u.test(text)) {
    throw invalidText(`the field ${JSON.stringify(name)}`, 'half of a surrogate pair');
  }
}

function unreadable(why: string, malformed: MalformedJson): DomainError {
  const kind = malformed === 'serverError' ? 'rejected' : 'invalid';
  return new DomainError(kind, 'InvalidBody', `Could not read JSON: ${why}`);
}
