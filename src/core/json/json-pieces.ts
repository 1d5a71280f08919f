import { Slices } from '../event-loop/slices.js';
import { entriesOf, isJsonObject } from './json-object.js';
import { writeJson } from './write-json.js';

/** A piece has at least so many characters, unless it is the last. */
const pieceLength = 65_536;

/**
 * Writes JSON as `writeJson` does, in slices and in pieces: what a list or an object holds is written
 * one after the other, so that large ones keep nobody waiting.
 */
export async function jsonPieces(value: unknown): Promise<string[]> {
  const slices = new Slices();
  const pieces: string[] = [];
  let piece = '';
  for (const part of partsOf(value)) {
    piece += part;
    if (piece.length >= pieceLength) {
      pieces.push(piece);
      piece = '';
    }
    if (slices.isOver) await slices.next();
  }
  pieces.push(piece);
  return pieces;
}

function* partsOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before + (textOf(item) ?? 'null');
      before = ',';
    }
    yield value.length === 0 ? '[]' : ']';
  } else if (isJsonObject(value)) {
    let before = '{';
    for (const [name, member] of entriesOf(value)) {
      const text = textOf(member);
      if (text === undefined) continue;
      yield `${before}${JSON.stringify(name)}:${text}`;
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else {
    yield writeJson(value);
  }
}

/** undefined for what JSON has no word for, as a member that is undefined. */
function textOf(value: unknown): string | undefined {
  return writeJson(value);
}
