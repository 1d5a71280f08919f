import { invalidParameter } from '../../../core/errors/index.js';

/** The documents express a time to live as a 32-bit integer of seconds. */
export const maxTtlSeconds = 2_147_483_647;

/**
 * Reads a time to live.
 * @param name how the caller named it, for the error
 * @returns whole seconds, 1 … 2147483647
 * @throws DomainError InvalidParameter
 */
export function parseTtl(name: string, text: string): number {
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > maxTtlSeconds) {
    throw invalidParameter(name, `whole seconds from 1 to ${String(maxTtlSeconds)}`);
  }
  return seconds;
}
