import { invalidParameter } from '../../../core/errors/index.js';

const idPattern = /^[A-Za-z0-9._~-]{1,255}$/;

/** Whether an id can name anything at all; one of another form is simply unknown. */
export function isPossibleId(id: string): boolean {
  return idPattern.test(id);
}

/**
 * Checks an id of the caller's own choice (docs/compatibility.md, Ids, time, users).
 * @throws DomainError InvalidParameter
 */
export function requireOwnId(id: string): void {
  if (!isPossibleId(id)) throw invalidParameter('id', '1 to 255 of A-Z a-z 0-9 . _ ~ -');
}
