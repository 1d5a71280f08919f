import { invalidKey } from '../storage.errors.js';

const maxKeyLength = 255;

/**
 * Checks a key that a caller wants to store: 1–255 characters, not beginning with `_`
 * (docs/compatibility.md, Storage API).
 * @throws DomainError InvalidKey
 */
export function requireStorableKey(key: string): void {
  if (key.startsWith('_')) throw invalidKey(key, 'begins with an underscore');
  requireKeyLength(key);
}

/**
 * Checks only the length of a key.
 * @throws DomainError InvalidKey
 */
export function requireKeyLength(key: string): void {
  if (key === '') throw invalidKey(key, 'is empty');
  // A character outside the basic plane counts once, though it takes two units here.
  if (key.length > maxKeyLength && Array.from(key).length > maxKeyLength) {
    throw invalidKey(key, `is longer than ${String(maxKeyLength)} characters`);
  }
}
