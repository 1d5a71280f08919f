import { tagDriverError } from './driver-error.js';
import { isConnectionFailure } from './connection-failure.js';
import { isConflict } from './sql-state.js';
import { ambientScope, runOutsideUnitOfWork } from './unit-of-work-scope.js';

/** A statement that lost to another transaction goes again so often. */
const maxTries = 3;

/** How calls are joined. */
export interface StatementBatcherOptions<Order> {
  /** Orders with the same key never go into one statement, and stay in their order. */
  readonly keyOf?: (order: Order) => string;
  /** How large an order is, in whatever unit `mostWeight` has. */
  readonly weightOf?: (order: Order) => number;
  /** Statements under way at once. */
  readonly maxStatements: number;
  /** Orders of one statement. */
  readonly maxOrders: number;
  /** Of one statement; an order that is larger by itself goes alone. */
  readonly maxWeight?: number;
  /** Milliseconds that an order waits for its statement to begin. */
  readonly maxWaitMs: number;
}

/** Carries out orders in one statement. @returns their results, in the order of the orders */
export type BatchStatement<Order, Result> = (
  orders: readonly Order[],
) => Promise<readonly Result[]>;

interface QueuedOrder<Order, Result> {
  readonly order: Order;
  readonly key: string | undefined;
  readonly weight: number;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One statement does what many ask for at once: orders that come while statements are under way
 * wait, and go together in the next one. Nobody waits for company when nothing is under way. An
 * order that fails does not fail its neighbours (docs/decisions/0015-joined-statements.md).
 */
export class StatementBatcher<Order, Result> {
  private readonly queue: QueuedOrder<Order, Result>[] = [];
  /** Keys of orders in statements that are under way. */
  private readonly runningKeys = new Set<string>();
  private runningStatements = 0;
  private isStartScheduled = false;
  private timeoutTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly statement: BatchStatement<Order, Result>,
    private readonly options: StatementBatcherOptions<Order>,
  ) {}

  /**
   * Has an order carried out; inside a unit of work by itself, in its transaction.
   * @throws what the statement throws, an error of a database that is away when it has not begun in
   *   time, or Error in what is left of a unit of work that was given up
   */
  async submit(order: Order): Promise<Result> {
    const ambient = ambientScope.getStore();
    if (ambient?.isOpen) return first(await this.statement([order]));
    ambient?.requireNotGivenUp();
    const { keyOf, weightOf } = this.options;
    return new Promise((resolve, reject) => {
      this.queue.push({
        ...{ order, key: keyOf?.(order), weight: weightOf?.(order) ?? 0 },
        ...{ since: performance.now(), resolve, reject },
      });
      this.armTimeout();
      this.scheduleStart();
    });
  }

  /** Begins once everything that has arrived by now is waiting. */
  private scheduleStart(): void {
    if (this.isStartScheduled) return;
    this.isStartScheduled = true;
    setImmediate(() => {
      this.isStartScheduled = false;
      this.startBatches();
    });
  }

  private startBatches(): void {
    while (this.runningStatements < this.options.maxStatements) {
      const batch = this.takeBatch();
      if (batch.length === 0) return;
      this.runningStatements++;
      // Whoever asked first must not lend the others a unit of work of theirs that is over.
      void runOutsideUnitOfWork(() => this.runBatch(batch)).then(() => {
        this.runningStatements--;
        this.startBatches();
      });
    }
  }

  /** Takes what goes together, from the front; what would collide stays where it is. */
  private takeBatch(): QueuedOrder<Order, Result>[] {
    const { maxOrders: mostOrders, maxWeight: mostWeight = Infinity } = this.options;
    const batch: QueuedOrder<Order, Result>[] = [];
    const passed: QueuedOrder<Order, Result>[] = [];
    const keys = new Set<string>();
    let weight = 0;
    let taken = 0;
    for (const one of this.queue) {
      if (batch.length >= mostOrders) break;
      if (batch.length > 0 && weight + one.weight > mostWeight) break;
      taken++;
      const collides =
        one.key !== undefined && (this.runningKeys.has(one.key) || keys.has(one.key));
      if (one.key !== undefined) keys.add(one.key);
      if (collides) {
        passed.push(one);
        continue;
      }
      batch.push(one);
      weight += one.weight;
    }
    if (batch.length > 0) this.queue.splice(0, taken, ...passed);
    if (this.queue.length === 0) this.disarmTimeout();
    return batch;
  }

  private async runBatch(batch: readonly QueuedOrder<Order, Result>[]): Promise<void> {
    const keys = batch.flatMap(({ key }) => key ?? []);
    for (const key of keys) this.runningKeys.add(key);
    await this.executeOrSplit(batch);
    for (const key of keys) this.runningKeys.delete(key);
  }

  /** Never rejects. A statement that failed did nothing; its halves find out whose fault it was. */
  private async executeOrSplit(
    batch: readonly QueuedOrder<Order, Result>[],
    tries = 1,
  ): Promise<void> {
    try {
      const results = await this.statement(batch.map(({ order }) => order));
      batch.forEach(({ resolve }, place) => resolve(results[place] as Result));
    } catch (error) {
      if (isConflict(error) && tries < maxTries) {
        await this.executeOrSplit(batch, tries + 1);
        return;
      }
      if (batch.length === 1 || isConnectionFailure(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.executeOrSplit(batch.slice(0, middle));
      await this.executeOrSplit(batch.slice(middle));
    }
  }

  /** Sees to it that nobody waits for longer than they may. */
  private armTimeout(): void {
    const [oldest] = this.queue;
    if (this.timeoutTimer !== undefined || oldest === undefined) return;
    const left = oldest.since + this.options.maxWaitMs - performance.now();
    this.timeoutTimer = setTimeout(
      () => {
        this.timeoutTimer = undefined;
        this.rejectOverdue();
        this.armTimeout();
      },
      Math.max(left, 1),
    );
  }

  private disarmTimeout(): void {
    clearTimeout(this.timeoutTimer);
    this.timeoutTimer = undefined;
  }

  private rejectOverdue(): void {
    const oldest = performance.now() - this.options.maxWaitMs;
    const late = this.queue.findIndex(({ since }) => since > oldest);
    const given = this.queue.splice(0, late === -1 ? this.queue.length : late);
    for (const { reject } of given) reject(tagDriverError(new StatementQueueTimeout()));
  }
}

function first<Result>(results: readonly Result[]): Result {
  return results[0] as Result;
}

/** The database has not come to it in time. */
class StatementQueueTimeout extends Error {
  /** As of a connection that cannot be made: the caller may try again later. */
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the statements before this one take too long');
  }
}
