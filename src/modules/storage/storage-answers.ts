import { BytesAnswer } from '../../core/http/answer.js';
import { contentTypeOf, type UploadedFile } from '../../core/http/body/index.js';
import type { StoredText } from './storage-entry.repository.js';

/** Makes the absolute link under which a binary key is read. */
export type LinkTo = (key: string) => string;

/** All keys as one flat object; a binary value is its link. */
export function keysAnswer(entries: readonly StoredText[], linkTo: LinkTo): Record<string, string> {
  // Not by assignment: a key may be called __proto__.
  return Object.fromEntries(entries.map((entry) => [entry.key, valueAnswer(entry, linkTo)]));
}

/** One key's bare value; for a binary key its link. */
export function valueAnswer(entry: StoredText, linkTo: LinkTo): string {
  return entry.value ?? linkTo(entry.key);
}

/** A stored file as it was sent, made harmless for this server's origin. */
export function fileAnswer(file: UploadedFile): BytesAnswer {
  const type = contentTypeOf(file.contentType)?.text ?? 'application/octet-stream';
  return new BytesAnswer(file.bytes, type, file.fileName);
}
