import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Caller } from '../../core/identity/index.js';
import { invalidParameter } from '../../core/errors/index.js';
import { contactCenterOf } from '../edge/index.js';
import { writeJson } from '../../core/json/index.js';

/** The `Idempotency-Key` of a call that may come again (docs/compatibility.md, Calls). */
export interface IdempotencyKey {
  /** A hash of the caller, its user and tenant, the call and the key: it counts for these alone. */
  readonly scope: string;
  /** A hash of the body: the same key with another body is refused. */
  readonly body: string;
}

/**
 * Reads the `Idempotency-Key` header.
 * @throws DomainError InvalidParameter
 */
export function readIdempotencyKey(
  request: Request,
  caller: Caller,
  user: string | undefined,
  body: unknown,
): IdempotencyKey | undefined {
  const { headers, method, path } = request;
  const key = headers['idempotency-key'];
  if (key === undefined || key === '') return undefined;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw invalidParameter('Idempotency-Key', '1 to 255 visible ASCII characters');
  }
  const tenant = contactCenterOf(request) ?? null;
  const scope = [caller.id, user ?? null, tenant, method, path.replace(/\/+$/, ''), key];
  return { scope: hashOf(scope), body: hashOf(body) };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(writeJson(value)).digest('base64url');
}
