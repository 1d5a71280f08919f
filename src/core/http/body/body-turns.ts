/** Of the memory for all bodies, what those that are worked on may have together. */
const share = 8;

/** Half of the connections to the database: the other half is for whoever sends little. */
const mostTurns = 8;

interface Waiting {
  readonly bytes: number;
  readonly begin: (turn: Turn) => void;
}

/** The right to work on a body. */
export class Turn {
  constructor(
    private bytes: number,
    private readonly free: (bytes: number, isOver: boolean) => void,
  ) {}

  /** The body turned out to be smaller than was thought. */
  shrinkTo(bytes: number): void {
    const freed = Math.max(this.bytes - bytes, 0);
    this.bytes -= freed;
    if (freed > 0) this.free(freed, this.bytes === 0);
  }

  /** The work is done. */
  giveBack(): void {
    this.shrinkTo(0);
  }
}

/**
 * Large bodies are worked on a few at a time, in the order in which they came: the work copies them,
 * when they are unpacked and for the statement that stores them, and the database takes no more of them
 * a second when there are many.
 */
export class BodyTurns {
  private turns = 0;
  private bytes = 0;
  private waiting: Waiting[] = [];

  /** @param memoryBytes what all bodies may hold together */
  constructor(private readonly memoryBytes: () => number) {}

  /** A turn that begins at once; undefined when there is none. */
  takeNow(bytes: number): Turn | undefined {
    return this.waiting.length === 0 && this.hasRoomFor(bytes) ? this.begin(bytes) : undefined;
  }

  /** @throws the reason of the signal, when that comes first */
  async wait(bytes: number, signal: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const waiting = { bytes, begin: resolve };
      this.waiting.push(waiting);
      signal.addEventListener('abort', () => {
        const before = this.waiting.length;
        this.waiting = this.waiting.filter((one) => one !== waiting);
        if (this.waiting.length === before) return;
        reject(signal.reason as Error);
        this.beginNext();
      });
    });
  }

  private begin(bytes: number): Turn {
    this.bytes += bytes;
    this.turns++;
    return new Turn(bytes, (freed, isOver) => {
      this.bytes -= freed;
      if (isOver) this.turns--;
      this.beginNext();
    });
  }

  private beginNext(): void {
    for (let [next] = this.waiting; next && this.hasRoomFor(next.bytes); [next] = this.waiting) {
      this.waiting.shift();
      next.begin(this.begin(next.bytes));
    }
  }

  /** One that is larger than all the room has it for itself. */
  private hasRoomFor(bytes: number): boolean {
    if (this.turns === 0) return true;
    return this.turns < mostTurns && this.bytes + bytes <= this.memoryBytes() / share;
  }
}
