import { accessKeyPrefix } from '../../../edge/index.js';

/** Bytes of randomness in a key. */
const keyBytes = 32;

const accessKeyPattern = new RegExp(`^${accessKeyPrefix}[A-Za-z0-9_-]{43}$`);

/** The text of a key. @param random as many random bytes as asked for */
export function generateKey(random: (bytes: number) => Buffer): string {
  return accessKeyPrefix + random(keyBytes).toString('base64url');
}

/** Whether the text could be one of our keys; what could not need not be looked for. */
export function isAccessKeyText(text: string): boolean {
  return accessKeyPattern.test(text);
}
