import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../errors/index.js';

/** After so many seconds some of the bodies under way have come to their end. */
const retryAfterSeconds = 1;

/** What all bodies under way on this node hold together, in bytes. */
export class BodyMemory {
  private total = 0;

  /** @param mostBytes `server.max_body_memory`, as it is at the moment */
  constructor(private readonly mostBytes: () => number) {}

  get heldBytes(): number {
    return this.total;
  }

  /** Opens the account of one body; it is closed when the request has been answered or given up. */
  openFor(request: IncomingMessage): HeldBody {
    const body = new HeldBody((bytes) => this.add(bytes));
    const { res } = request as IncomingMessage & { res?: ServerResponse };
    res?.once('close', () => body.release());
    return body;
  }

  private add(bytes: number): void {
    if (bytes > 0 && this.total + bytes > this.mostBytes()) {
      throw new DomainError(
        'unavailable',
        'TooManyBodies',
        'the bodies under way hold all memory that this node has for them; send it again',
        { retryAfterSeconds },
      );
    }
    this.total += bytes;
  }
}

/** What one body holds. */
export class HeldBody {
  private bytes = 0;
  private isReleased = false;

  constructor(private readonly add: (bytes: number) => void) {}

  /** @throws DomainError TooManyBodies */
  hold(bytes: number): void {
    if (this.isReleased) return;
    this.add(bytes);
    this.bytes += bytes;
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.add(-this.bytes);
  }
}
