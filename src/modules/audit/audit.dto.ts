import { invalidParameter } from '../../core/errors/index.js';
import { type AuditKind, auditKinds } from './audit-entry.js';

const defaultLimit = 100;
const mostEntries = 1000;

export type GivenQuery = Readonly<Record<string, unknown>>;

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
 * Reads `?before=`, the id of the last entry of the page before; empty counts as not given.
 * @throws DomainError InvalidParameter
 */
export function pageBefore(written: unknown): number | undefined {
  if (written === undefined || written === '') return undefined;
  if (typeof written === 'string' && /^\d{1,15}$/.test(written)) return Number(written);
  throw invalidParameter('before', 'the id of an entry');
}

/**
 * Reads `?kind=`; empty counts as not given.
 * @throws DomainError InvalidParameter
 */
export function kindOf(written: unknown): AuditKind | undefined {
  if (written === undefined || written === '') return undefined;
  const kind = auditKinds.find((known) => known === written);
  if (kind !== undefined) return kind;
  throw invalidParameter('kind', `one of ${auditKinds.join(', ')}`);
}
