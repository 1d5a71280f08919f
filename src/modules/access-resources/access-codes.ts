import { randomInt } from 'node:crypto';

export const minCodeLength = 4;
export const maxCodeLength = 12;
export const defaultCodeLength = 6;

/**
 * Draws access codes to choose from, leading zeros kept.
 * @param length digits of a code, 4–12
 */
export function drawAccessCodes(length: number, count: number): string[] {
  const bound = 10 ** length;
  return Array.from({ length: count }, () => String(randomInt(bound)).padStart(length, '0'));
}
