import { invalidParameter } from '../../core/errors/index.js';

/**
 * Reads `?secrets=`: true or false in any case; empty counts as not given.
 * @throws DomainError InvalidParameter
 */
export function secretsOf(written: unknown): boolean {
  if (written === undefined || written === '') return false;
  const word = typeof written === 'string' ? written.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalidParameter('secrets', 'true or false');
}

/**
 * Reads `?section=`; empty counts as not given.
 * @throws DomainError InvalidParameter
 */
export function sectionOf(written: unknown): string | undefined {
  if (written === undefined || written === '') return undefined;
  if (typeof written === 'string' && !written.includes('\0') && written.isWellFormed()) {
    return written;
  }
  throw invalidParameter('section', 'the name of one section');
}
