import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientBase } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';

/** Work to be done once a unit of work is committed; what it throws is logged, not answered. */
export type AfterCommit = () => void | Promise<void>;

/** One transaction under way, found by everything that runs inside it. */
export class UnitOfWorkScope {
  private ended = false;
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
    return !this.ended;
  }

  /** Closes the scope; from here on every use throws. Returns what is to run when it committed. */
  end(): readonly AfterCommit[] {
    this.ended = true;
    return this.afterCommit;
  }

  /** Forgets the after-commit work added since `mark`: its savepoint was rolled back. */
  forgetAfterCommitSince(mark: number): void {
    this.afterCommit.length = mark;
  }

  get afterCommitMark(): number {
    return this.afterCommit.length;
  }

  private requireOpen(): void {
    if (this.ended) throw new Error('the unit of work is over: a database call was not awaited');
  }
}

/** The scope of the unit of work that the running code is inside of, if any. */
export const ambientScope = new AsyncLocalStorage<UnitOfWorkScope | undefined>();

/**
 * Runs `work` outside of any unit of work, whoever called. `exit` would do the same, but switches
 * Node's hooks off and on again, which costs 40 µs.
 */
export function outsideUnitsOfWork<Result>(work: () => Result): Result {
  return ambientScope.run(undefined, work);
}
