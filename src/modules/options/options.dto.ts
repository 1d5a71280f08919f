import { invalidParameter } from '../../core/errors/index.js';

const defaultLimit = 100;
const mostEntries = 1000;

/**
 * Reads `?limit=`; empty counts as not given.
 * @throws DomainError InvalidParameter
 */
export function limitOf(written: unknown): number {
  if (written === undefined || written === '') return defaultLimit;
  const limit = typeof written === 'string' && /^\d{1,9}$/.test(written) ? Number(written) : 0;
  if (limit >= 1 && limit <= mostEntries) return limit;
  throw invalidParameter('limit', `a whole number from 1 to ${String(mostEntries)}`);
}

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
