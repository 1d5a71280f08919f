import { BytesAnswer, jsonType, StreamAnswer } from '../../core/http/answer.js';
import { contentTypeOf } from '../../core/http/body/index.js';
import type { StoredText } from './storage-entry.repository.js';
import type { FileInPieces, StoredEntries } from './stored-pieces.js';

/** Makes the absolute link under which a binary key is read. */
export type LinkTo = (key: string) => string;

/** All keys as one flat object; a binary value is its link. */
export function keysAnswer(
  { first, others }: StoredEntries,
  linkTo: LinkTo,
): Record<string, string> | StreamAnswer {
  if (others === undefined) return keysObject(first, linkTo);
  const chunks = objectText(membersText(first, linkTo), others, linkTo);
  return new StreamAnswer(() => ({ contentType: jsonType, chunks }));
}

/** Keys with their values. */
export function keysObject(entries: readonly StoredText[], linkTo: LinkTo): Record<string, string> {
  // Not by assignment: a key may be called __proto__.
  return Object.fromEntries(entries.map((entry) => [entry.key, valueAnswer(entry, linkTo)]));
}

async function* objectText(
  first: string,
  others: AsyncIterable<readonly StoredText[]>,
  linkTo: LinkTo,
): AsyncGenerator<string, void> {
  yield `{${first}`;
  for await (const page of others) {
    if (page.length > 0) yield `,${membersText(page, linkTo)}`;
  }
  yield '}';
}

function membersText(entries: readonly StoredText[], linkTo: LinkTo): string {
  const memberOf = (entry: StoredText): string =>
    `${JSON.stringify(entry.key)}:${JSON.stringify(valueAnswer(entry, linkTo))}`;
  return entries.map(memberOf).join(',');
}

/** One key's bare value; for a binary key its link. */
export function valueAnswer(entry: StoredText, linkTo: LinkTo): string {
  return entry.value ?? linkTo(entry.key);
}

/** A stored file as it was sent, made harmless for this server's origin. */
export function fileAnswer(file: FileInPieces): BytesAnswer | StreamAnswer {
  const { bytes, length, fileName, rest } = file;
  const contentType = contentTypeOf(file.contentType)?.text ?? 'application/octet-stream';
  if (rest === undefined) return new BytesAnswer(bytes, contentType, fileName);
  const chunks = joined(bytes, rest);
  return new StreamAnswer(() => ({ contentType, chunks, file: { name: fileName, bytes: length } }));
}

async function* joined(
  beginning: Buffer,
  rest: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  yield beginning;
  yield* rest;
}
