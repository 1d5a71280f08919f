import { setTimeout as delay } from 'node:timers/promises';

/** The pause between two batches is as long as the batch was, within these milliseconds. */
const pauseMs = { least: 10, most: 50 };

/**
 * Lets requests come in between two batches, the more the busier the database is. Without the
 * pause a sweep of 1,000,000 rows ran at 170,000 a second and doubled the p99 of foreground calls
 * (bench/RESULTS.md).
 * @param batchMs how long the batch took, milliseconds
 */
export async function breathe(batchMs: number): Promise<void> {
  await delay(Math.min(Math.max(batchMs, pauseMs.least), pauseMs.most));
}
