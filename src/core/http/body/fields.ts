import { invalidText } from '../../errors/index.js';

/** A file part of a multipart body, byte for byte as it was sent. */
export interface UploadedFile {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly fileName: string;
}

export type FieldValue = string | UploadedFile;

/** The named values of a form, whatever its encoding; of one name sent twice the last. */
export type Fields = ReadonlyMap<string, FieldValue>;

/** More names than anyone stores at once; beyond, a body is refused instead of parsed. */
export const mostFields = 20_000;

/**
 * Refuses text that PostgreSQL cannot hold.
 * @throws DomainError InvalidText naming the field
 */
export function requireStorable(name: string, text: string): void {
  if (name.includes('\0')) {
    throw invalidText(`the field name ${JSON.stringify(name)}`, 'a NUL character');
  }
  if (text.includes('\0')) throw invalidText(`the field ${name}`, 'a NUL character');
}
