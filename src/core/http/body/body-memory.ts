import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, invalidBody } from '../../errors/index.js';
import { BodyTurns, type Turn } from './body-turns.js';

/** After so many seconds some of the bodies under way have come to their end. */
const retryAfterSeconds = 1;

/** A smaller body is worked on at once: it costs less than its waiting. */
const freeBytes = 65_536;

/** Of the memory, what larger bodies leave to smaller ones: slow uploads shut nobody out who sends little. */
const shareOfSmall = 1 / 8;

/** How long a body that has come waits for its turn, milliseconds. */
const longestWaitMs = 20_000;

/**
 * How long a turn lasts at most, milliseconds. Its copies are made by then; a call that waits for
 * somebody else meanwhile, as for a callback, must not keep other bodies from being worked on.
 */
const longestTurnMs = 2000;

/** The account of each request that has one. */
const accounts = new WeakMap<IncomingMessage, BodyMemoryReservation>();

/** What all bodies under way on this node hold together, in bytes. */
export class BodyMemory {
  private total = 0;
  private readonly turns: BodyTurns;

  /** @param maxBytes `server.max_body_memory`, as it is at the moment */
  constructor(private readonly maxBytes: () => number) {
    this.turns = new BodyTurns(maxBytes);
  }

  get heldBytes(): number {
    return this.total;
  }

  /**
   * Opens the account of one body. It is closed when there is an answer (`releaseBody`): a client that
   * goes away takes nothing of what its request still does.
   */
  reserveFor(request: IncomingMessage): BodyMemoryReservation {
    const body = new BodyMemoryReservation(request, this.turns, (bytes, held) =>
      this.adjust(bytes, held),
    );
    accounts.set(request, body);
    const { res } = request as IncomingMessage & { res?: ServerResponse };
    res?.once('finish', () => body.release());
    return body;
  }

  /** @param held by the body that asks: one that is alone is bounded by its own size */
  private adjust(bytes: number, held: number): void {
    const isAlone = this.total === held;
    const share = held + bytes <= freeBytes ? 1 : 1 - shareOfSmall;
    if (bytes > 0 && !isAlone && this.total + bytes > this.maxBytes() * share) {
      throw tooManyBodies('the bodies under way hold all memory that this node has for them');
    }
    this.total += bytes;
  }
}

/** Gives back what the body of a request held: nobody works on it any more. */
export function releaseBody(request: IncomingMessage): void {
  accounts.get(request)?.release();
}

/** What one body holds. */
export class BodyMemoryReservation {
  private bytes = 0;
  private isReleased = false;
  private turn: Turn | undefined;
  private turnEnd: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly turns: BodyTurns,
    private readonly adjust: (bytes: number, held: number) => void,
  ) {}

  /** @throws DomainError TooManyBodies */
  reserve(bytes: number): void {
    if (this.isReleased) return;
    this.adjust(bytes, this.bytes);
    this.bytes += bytes;
  }

  /** Gives back a part of what it holds. */
  letGo(bytes: number): void {
    this.reserve(-Math.min(bytes, this.bytes));
  }

  /**
   * Waits until a body of this size may be worked on.
   * @throws DomainError TooManyBodies when it is not in time; InvalidBody when the sender has gone
   */
  async takeTurn(bytes: number): Promise<void> {
    if (bytes <= freeBytes) return;
    const turn = this.turns.takeNow(bytes) ?? (await this.waitForTurn(bytes));
    if (this.isReleased) {
      turn.giveBack();
      return;
    }
    this.turn = turn;
    this.turnEnd = setTimeout(() => turn.giveBack(), longestTurnMs);
  }

  /** The body turned out to be smaller than its turn is for. */
  shrinkTurn(bytes: number): void {
    this.turn?.shrinkTo(bytes <= freeBytes ? 0 : bytes);
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.adjust(-this.bytes, this.bytes);
    clearTimeout(this.turnEnd);
    this.turn?.giveBack();
  }

  private async waitForTurn(bytes: number): Promise<Turn> {
    const over = new AbortController();
    const gone = (): void => over.abort(invalidBody('the sender has gone'));
    const late = (): void => over.abort(tooManyBodies('the bodies before this one take too long'));
    const timer = setTimeout(late, longestWaitMs);
    // A request whose body has come is closed already; only its connection tells.
    this.request.socket.once('close', gone);
    try {
      return await this.turns.wait(bytes, over.signal);
    } finally {
      clearTimeout(timer);
      this.request.socket.off('close', gone);
    }
  }
}

function tooManyBodies(why: string): DomainError {
  return new DomainError('unavailable', 'TooManyBodies', `${why}; send it again`, {
    retryAfterSeconds,
  });
}
