import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientBase } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';

/** Work to be done once a unit of work is committed; what it throws is logged, not answered. */
export type AfterCommit = () => void | Promise<void>;

const over = 'the unit of work is over';

/** One transaction under way, found by everything that runs inside it. */
export class UnitOfWorkScope {
  private state: 'open' | 'committed' | 'given up' = 'open';
  private readonly afterCommit: AfterCommit[] = [];

  constructor(
    private readonly runner: QueryRunner,
    private readonly connection: ClientBase,
  ) {}

  /** @throws Error when the unit of work is over: a promise that nobody awaited outlived it. */
  get client(): ClientBase {
    this.requireOpen();
    return this.connection;
  }

  /** @throws Error when the unit of work is over. */
  get manager(): EntityManager {
    this.requireOpen();
    return this.runner.manager;
  }

  addAfterCommit(work: AfterCommit): void {
    this.requireOpen();
    this.afterCommit.push(work);
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /**
   * Its work may be done anew by now, elsewhere too: what still runs of it must not begin a unit of
   * work of its own.
   * @throws Error when it was given up
   */
  requireNotGivenUp(): void {
    if (this.state === 'given up') throw new Error(`${over}: it was given up`);
  }

  /** Closes the scope; from here on every use throws. Returns what is to run now. */
  committed(): readonly AfterCommit[] {
    this.state = 'committed';
    return this.afterCommit;
  }

  /** Closes the scope for good: it is rolled back. */
  giveUp(): void {
    this.state = 'given up';
  }

  /** Forgets the after-commit work added since `mark`: its savepoint was rolled back. */
  discardAfterCommitFrom(mark: number): void {
    this.afterCommit.length = mark;
  }

  get afterCommitCount(): number {
    return this.afterCommit.length;
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new Error(`${over}: a database call was not awaited`);
  }
}

/** The scope of the unit of work that the running code is inside of, if any. */
export const ambientScope = new AsyncLocalStorage<UnitOfWorkScope | undefined>();

/**
 * Runs `work` outside of any unit of work, whoever called. `exit` would do the same, but switches
 * Node's hooks off and on again, which costs 40 µs.
 */
export function runOutsideUnitOfWork<Result>(work: () => Result): Result {
  return ambientScope.run(undefined, work);
}
