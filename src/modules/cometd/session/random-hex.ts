import { randomFillSync } from 'node:crypto';

/** Asking the system costs 10 µs, for twenty bytes as for four thousand. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** @returns twice as many hexadecimal digits as `bytes` (1 to 4096), of chance nobody can guess */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes);
  // What was given away does not stay in memory to be read.
  pool.fill(0, used, used + bytes);
  used += bytes;
  return text;
}
