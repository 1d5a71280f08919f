import { JsonNumber } from './json-number.js';
import { entriesOf, isJsonObject, objectOf } from './json-object.js';

/**
 * JSON for readers that know plain numbers alone: a number in another form becomes a plain one, a
 * whole number that JavaScript cannot hold, or one beyond its range, its text.
 */
export function plainJson(value: unknown): unknown {
  if (value instanceof JsonNumber) return plainNumber(value);
  if (Array.isArray(value)) return value.map(plainJson);
  if (!isJsonObject(value)) return value;
  return objectOf(entriesOf(value).map(([name, member]) => [name, plainJson(member)]));
}

function plainNumber({ text }: JsonNumber): number | string {
  const number = Number(text);
  const isWhole = Number.isInteger(number) && !Number.isSafeInteger(number);
  return isWhole || !Number.isFinite(number) ? text : number;
}
