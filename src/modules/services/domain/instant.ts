import { z } from 'zod';
import { invalidParameter } from '../../../core/errors/index.js';

const iso = z.iso.datetime({ offset: true });

/**
 * Reads an instant in ISO 8601, with `Z` or an offset.
 * @throws DomainError InvalidParameter
 */
export function parseInstant(name: string, text: string): Date {
  if (!iso.safeParse(text).success) {
    throw invalidParameter(name, 'an instant in ISO 8601, as 2030-01-31T12:00:00Z');
  }
  return new Date(text);
}
