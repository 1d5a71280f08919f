import { DomainError, invalidText } from '../../errors/index.js';

/** A file part of a multipart body, byte for byte as it was sent. */
export interface UploadedFile {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly fileName: string;
}

export type FieldValue = string | UploadedFile;

/** The named values of a form, whatever its encoding; of one name sent twice the last. */
export type Fields = ReadonlyMap<string, FieldValue>;

/** More than anybody fills in; beyond, a form or a query is refused instead of parsed. */
export const maxFields = 1000;

/**
 * Refuses text that PostgreSQL cannot hold.
 * @throws DomainError InvalidText naming the field
 */
export function requireStorable(name: string, text: string): void {
  if (name.includes('\0')) {
    throw invalidText(`the field name ${JSON.stringify(name)}`, 'a NUL character');
  }
  if (text.includes('\0')) throw invalidText(`the field ${name}`, 'a NUL character');
  if (!name.isWellFormed() || !text.isWellFormed()) {
    throw invalidText(`the field ${JSON.stringify(name)}`, 'half of a surrogate pair');
  }
}

/** A form or a query of more than `maxFields`: 400 TooManyKeys. */
export function tooManyFields(what: string): DomainError {
  return new DomainError(
    'invalid',
    'TooManyKeys',
    `${what} has more than ${String(maxFields)} fields`,
  );
}
