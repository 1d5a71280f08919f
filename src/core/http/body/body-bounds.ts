import { payloadTooLarge } from '../../errors/index.js';
import type { BodyMemory, HeldBody } from './body-memory.js';

/** How much a body may hold. */
export interface BodyBounds {
  /** Bytes of the whole of it, files and all; `server.max_body_size`. */
  readonly mostBytes: number;
  /** Bytes of JSON, or of a form's text together; `server.max_text_size`. */
  readonly mostTextBytes: number;
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
export function textBounds(bounds: BodyBounds): BodyBounds {
  const mostBytes = Math.min(bounds.mostBytes, bounds.mostTextBytes);
  return { ...bounds, mostBytes, costPerByte: textCostPerByte };
}

/** Counts the text of a multipart form, which the memory of its body did not. */
export class TextBudget {
  private left: number;

  constructor(
    private readonly mostBytes: number,
    private readonly held: HeldBody,
  ) {
    this.left = mostBytes;
  }

  /** @throws DomainError PayloadTooLarge, TooManyBodies */
  take(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw payloadTooLarge(this.mostBytes);
    this.held.hold(bytes * (textCostPerByte - 1));
  }
}
