import { payloadTooLarge } from '../../errors/index.js';
import type { BodyLimits } from './body-limits.js';
import type { BodyMemoryReservation } from './body-memory.js';

const firstCapacity = 65_536;

/**
 * Each time there is no more room there is so many times as much: little is copied, and what no byte has
 * reached takes none of the machine's memory.
 */
const growth = 16;

/**
 * Bytes that come bit by bit, in one buffer that grows. A list of what came would hold an object for
 * each bit, of which a client can make one a byte.
 */
export class Gathered {
  private buffer = Buffer.alloc(0);
  private length = 0;

  /** @param expectedBytes how many will come, when that is known */
  constructor(
    private readonly bounds: BodyLimits,
    private readonly held: BodyMemoryReservation,
    private readonly expectedBytes = 0,
  ) {}

  /** @throws DomainError PayloadTooLarge, TooManyBodies */
  add(chunk: Buffer): void {
    const { maxBytes: mostBytes, costPerByte } = this.bounds;
    if (this.length + chunk.length > mostBytes) throw payloadTooLarge(mostBytes);
    this.held.reserve(chunk.length * costPerByte);
    if (this.length + chunk.length > this.buffer.length) this.grow(this.length + chunk.length);
    this.length += chunk.copy(this.buffer, this.length);
  }

  /** What has come; nothing may come after. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private grow(atLeast: number): void {
    const most = this.expectedBytes > 0 ? this.expectedBytes : this.bounds.maxBytes;
    const wanted = Math.max(firstCapacity, this.buffer.length * growth);
    // Of its own: a slice of a shared buffer would keep all of that.
    const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, Math.min(wanted, most)));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
