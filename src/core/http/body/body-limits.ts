import { payloadTooLarge } from '../../errors/index.js';
import type { BodyMemory, BodyMemoryReservation } from './body-memory.js';

/** How much a body may hold. */
export interface BodyLimits {
  /** Bytes of the whole of it, files and all; `server.max_body_size`. */
  readonly maxBytes: number;
  /** Bytes of JSON, or of a form's text together; `server.max_text_size`. */
  readonly maxTextBytes: number;
  /** Bytes of memory that each of its bytes takes until it is answered. */
  readonly costPerByte: number;
  /** What it shares with all others that are under way. */
  readonly memory: BodyMemory;
}

/**
 * What text costs: its bytes, and at two bytes a character, when one of them is beyond Latin-1, what is
 * made of them.
 */
export const textCostPerByte = 3;

/** The bounds of a body that is text and nothing else. */
export function textLimits(bounds: BodyLimits): BodyLimits {
  const mostBytes = Math.min(bounds.maxBytes, bounds.maxTextBytes);
  return { ...bounds, maxBytes: mostBytes, costPerByte: textCostPerByte };
}

/** Counts the text of a multipart form, which the memory of its body did not. */
export class TextBudget {
  private left: number;

  constructor(
    private readonly maxBytes: number,
    private readonly held: BodyMemoryReservation,
  ) {
    this.left = maxBytes;
  }

  /** @throws DomainError PayloadTooLarge, TooManyBodies */
  consume(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw payloadTooLarge(this.maxBytes);
    this.held.reserve(bytes * (textCostPerByte - 1));
  }
}
