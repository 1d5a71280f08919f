import { JsonNumber, detectLoss } from './json-number.js';
import { entriesOf, isJsonObject, objectOf } from './json-object.js';

/** Writes JSON with the digits and the order in which it was sent. */
export function writeJson(value: unknown): string {
  let text = '';
  // JavaScript's own is several times faster, and right for all but a few values.
  const isLossy = detectLoss(() => {
    text = JSON.stringify(value);
  });
  return isLossy ? writeExactly(value) : text;
}

function writeExactly(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => writeExactly(item ?? null)).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members: string[] = [];
  for (const [name, member] of entriesOf(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${writeExactly(member)}`);
  }
  return `{${members.join(',')}}`;
}

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
