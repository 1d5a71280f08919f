import { payloadTooLarge } from '../../errors/index.js';
import type { BodyMemory } from './body-memory.js';

/** How much a body may hold. */
export interface BodyBounds {
  /** Bytes of the whole of it, files and all; `server.max_body_size`. */
  readonly mostBytes: number;
  /** Bytes of JSON, or of a form's text together; `server.max_text_size`. */
  readonly mostTextBytes: number;
  /** What it shares with all others that are under way. */
  readonly memory: BodyMemory;
}

/** The bounds of a body that is text and nothing else. */
export function textBounds(bounds: BodyBounds): BodyBounds {
  return { ...bounds, mostBytes: Math.min(bounds.mostBytes, bounds.mostTextBytes) };
}

/** Counts the text of a form. @throws DomainError PayloadTooLarge */
export class TextBudget {
  private left: number;

  constructor(private readonly mostBytes: number) {
    this.left = mostBytes;
  }

  take(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw payloadTooLarge(this.mostBytes);
  }
}
