import type { ServerResponse } from 'node:http';
import { isJsonObject, jsonPieces } from '../json/index.js';
import { Slices } from '../event-loop/slices.js';
import { jsonType, setCommonHeaders } from './answer.js';
import { closeWhenStalled } from './stalled-answer.js';

/** A list of more items, or an object of more members or characters, is large. */
const most = { items: 20, members: 200, characters: 100_000 };

/** Whether an answer is to be written in slices; the look at a usual one costs next to nothing. */
export function isLarge(body: unknown): body is object {
  if (Array.isArray(body)) return body.length > most.items;
  if (!isJsonObject(body)) return false;
  let members = 0;
  let characters = 0;
  for (const name in body) {
    const member = body[name];
    members++;
    if (typeof member === 'string') characters += member.length;
    if (members > most.members || characters > most.characters) return true;
  }
  return false;
}

/** Writes an answer of JSON as `writeAnswer` does, in slices. */
export async function writeLargeAnswer(
  response: ServerResponse,
  status: number,
  body: object,
): Promise<void> {
  const slices = new Slices();
  const pieces: Buffer[] = [];
  let length = 0;
  for (const text of await jsonPieces(body)) {
    const piece = Buffer.from(text);
    pieces.push(piece);
    length += piece.length;
    if (slices.isOver) await slices.next();
  }
  response.statusCode = status;
  response.setHeader('Content-Type', jsonType);
  setCommonHeaders(response);
  response.setHeader('Content-Length', length);
  for (const piece of pieces) response.write(piece);
  response.end();
  closeWhenStalled(response);
}
