import { markDriverError } from './database-error.js';
import { isConnectionFailure } from './connection-failure.js';
import { isConflict } from './sql-state.js';
import { ambientScope, outsideUnitsOfWork } from './unit-of-work-scope.js';

/** A statement that lost to another transaction goes again so often. */
const mostTries = 3;

/** How calls are joined. */
export interface JoinedOptions<Order> {
  /** Orders with the same key never go into one statement, and stay in their order. */
  readonly keyOf?: (order: Order) => string;
  /** How large an order is, in whatever unit `mostWeight` has. */
  readonly weightOf?: (order: Order) => number;
  /** Statements under way at once. */
  readonly mostStatements: number;
  /** Orders of one statement. */
  readonly mostOrders: number;
  /** Of one statement; an order that is larger by itself goes alone. */
  readonly mostWeight?: number;
  /** Milliseconds that an order waits for its statement to begin. */
  readonly mostWaitMs: number;
}

/** Carries out orders in one statement. @returns their results, in the order of the orders */
export type JoinedStatement<Order, Result> = (
  orders: readonly Order[],
) => Promise<readonly Result[]>;

interface Waiting<Order, Result> {
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
export class JoinedCalls<Order, Result> {
  private readonly waiting: Waiting<Order, Result>[] = [];
  /** Keys of orders in statements that are under way. */
  private readonly busy = new Set<string>();
  private underWay = 0;
  private isDue = false;
  private limit: NodeJS.Timeout | undefined;

  constructor(
    private readonly statement: JoinedStatement<Order, Result>,
    private readonly options: JoinedOptions<Order>,
  ) {}

  /**
   * Has an order carried out; inside a unit of work by itself, in its transaction.
   * @throws what the statement throws, an error of a database that is away when it has not begun in
   *   time, or Error in what is left of a unit of work that was given up
   */
  async call(order: Order): Promise<Result> {
    const ambient = ambientScope.getStore();
    if (ambient?.isOpen) return first(await this.statement([order]));
    ambient?.requireNotGivenUp();
    const { keyOf, weightOf } = this.options;
    return new Promise((resolve, reject) => {
      this.waiting.push({
        ...{ order, key: keyOf?.(order), weight: weightOf?.(order) ?? 0 },
        ...{ since: performance.now(), resolve, reject },
      });
      this.guard();
      this.soon();
    });
  }

  /** Begins once everything that has arrived by now is waiting. */
  private soon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.begin();
    });
  }

  private begin(): void {
    while (this.underWay < this.options.mostStatements) {
      const batch = this.next();
      if (batch.length === 0) return;
      this.underWay++;
      // Whoever asked first must not lend the others a unit of work of theirs that is over.
      void outsideUnitsOfWork(() => this.carryOut(batch)).then(() => {
        this.underWay--;
        this.begin();
      });
    }
  }

  /** Takes what goes together, from the front; what would collide stays where it is. */
  private next(): Waiting<Order, Result>[] {
    const { mostOrders, mostWeight = Infinity } = this.options;
    const batch: Waiting<Order, Result>[] = [];
    const passed: Waiting<Order, Result>[] = [];
    const keys = new Set<string>();
    let weight = 0;
    let taken = 0;
    for (const one of this.waiting) {
      if (batch.length >= mostOrders) break;
      if (batch.length > 0 && weight + one.weight > mostWeight) break;
      taken++;
      const collides = one.key !== undefined && (this.busy.has(one.key) || keys.has(one.key));
      if (one.key !== undefined) keys.add(one.key);
      if (collides) {
        passed.push(one);
        continue;
      }
      batch.push(one);
      weight += one.weight;
    }
    if (batch.length > 0) this.waiting.splice(0, taken, ...passed);
    if (this.waiting.length === 0) this.stopGuarding();
    return batch;
  }

  private async carryOut(batch: readonly Waiting<Order, Result>[]): Promise<void> {
    const keys = batch.flatMap(({ key }) => key ?? []);
    for (const key of keys) this.busy.add(key);
    await this.attempt(batch);
    for (const key of keys) this.busy.delete(key);
  }

  /** Never rejects. A statement that failed did nothing; its halves find out whose fault it was. */
  private async attempt(batch: readonly Waiting<Order, Result>[], tries = 1): Promise<void> {
    try {
      const results = await this.statement(batch.map(({ order }) => order));
      batch.forEach(({ resolve }, place) => resolve(results[place] as Result));
    } catch (error) {
      if (isConflict(error) && tries < mostTries) {
        await this.attempt(batch, tries + 1);
        return;
      }
      if (batch.length === 1 || isConnectionFailure(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.attempt(batch.slice(0, middle));
      await this.attempt(batch.slice(middle));
    }
  }

  /** Sees to it that nobody waits for longer than they may. */
  private guard(): void {
    const [oldest] = this.waiting;
    if (this.limit !== undefined || oldest === undefined) return;
    const left = oldest.since + this.options.mostWaitMs - performance.now();
    this.limit = setTimeout(
      () => {
        this.limit = undefined;
        this.giveUp();
        this.guard();
      },
      Math.max(left, 1),
    );
  }

  private stopGuarding(): void {
    clearTimeout(this.limit);
    this.limit = undefined;
  }

  private giveUp(): void {
    const oldest = performance.now() - this.options.mostWaitMs;
    const late = this.waiting.findIndex(({ since }) => since > oldest);
    const given = this.waiting.splice(0, late === -1 ? this.waiting.length : late);
    for (const { reject } of given) reject(markDriverError(new DatabaseBusy()));
  }
}

function first<Result>(results: readonly Result[]): Result {
  return results[0] as Result;
}

/** The database has not come to it in time. */
class DatabaseBusy extends Error {
  /** As of a connection that cannot be made: the caller may try again later. */
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the statements before this one take too long');
  }
}
