import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { Log } from '../observability/log.js';
import { tagDriverErrors } from './driver-error.js';
import { isConnectionFailure } from './connection-failure.js';
import { isConflict } from './sql-state.js';
import {
  ambientScope,
  type AfterCommit,
  runOutsideUnitOfWork,
  UnitOfWorkScope,
} from './unit-of-work-scope.js';

/** PostgreSQL gives up one of two transactions that wait for each other; the loser may go again. */
const maxAttempts = 4;

/**
 * One transaction around a use case. It is ambient: what runs inside finds it by itself
 * (`Database`), nothing is passed along.
 */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Log,
  ) {}

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws. Work that
   * lost a deadlock is run again from its start, at most three times more.
   * @throws Error inside another unit of work: say `savepoint` when a part may fail by itself; and
   *   in what is left of one that was given up
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const ambient = ambientScope.getStore();
    if (ambient?.isOpen) {
      throw new Error('a unit of work is already under way; use savepoint inside it');
    }
    ambient?.requireNotGivenUp();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.runOnce(work);
      } catch (error) {
        if (attempt >= maxAttempts || !isConflict(error)) throw error;
        // At once it would take its first lock again before the winner wakes for it.
        await delay(randomInt(5, 30) * attempt);
      }
    }
  }

  /** Joins the unit of work that is under way, or runs `work` in one of its own. */
  async join<Result>(work: () => Promise<Result>): Promise<Result> {
    return ambientScope.getStore()?.isOpen ? work() : this.run(work);
  }

  /**
   * Runs a part of a unit of work that may fail without failing the whole.
   * @throws what `work` throws, after rolling back to where the part began
   */
  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    const scope = this.requireScope();
    const mark = scope.afterCommitCount;
    await tagDriverErrors(scope.client.query('SAVEPOINT part'));
    try {
      const result = await work();
      await tagDriverErrors(scope.client.query('RELEASE SAVEPOINT part'));
      return result;
    } catch (error) {
      scope.discardAfterCommitFrom(mark);
      await tagDriverErrors(
        scope.client.query('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part'),
      );
      throw error;
    }
  }

  /** Has `work` run after the commit; never when the unit of work is rolled back. */
  afterCommit(work: AfterCommit): void {
    this.requireScope().addAfterCommit(work);
  }

  private requireScope(): UnitOfWorkScope {
    const scope = ambientScope.getStore();
    if (scope === undefined) throw new Error('no unit of work is under way');
    return scope;
  }

  private async runOnce<Result>(work: () => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    const client = (await tagDriverErrors(runner.connect())) as ClientBase;
    try {
      await tagDriverErrors(runner.startTransaction());
      const scope = new UnitOfWorkScope(runner, client);
      const result = await this.runInTransaction(runner, scope, work);
      this.runAfterCommit(scope.committed());
      return result;
    } catch (error) {
      if (isConnectionFailure(error)) drop(runner, client, error);
      throw error;
    } finally {
      await runner.release();
    }
  }

  private async runInTransaction<Result>(
    runner: QueryRunner,
    scope: UnitOfWorkScope,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await ambientScope.run(scope, work);
      await commit(scope.client);
      return result;
    } catch (error) {
      const { client } = scope;
      scope.giveUp();
      if (runner.isTransactionActive && !runner.isReleased) {
        await runner.rollbackTransaction().catch((failure: unknown) => {
          this.log.warn({ err: failure }, 'rollback failed; the connection is dropped');
          // The transaction may be open yet: the next one's commit would be its commit too.
          drop(runner, client, failure);
        });
      }
      throw error;
    }
  }

  private runAfterCommit(hooks: readonly AfterCommit[]): void {
    for (const hook of hooks) {
      // Outside the scope: a hook that queries takes a connection of its own.
      runOutsideUnitOfWork(() => {
        Promise.resolve()
          .then(hook)
          .catch((error: unknown) => {
            this.log.error({ err: error }, 'work after a commit failed');
          });
      });
    }
  }
}

/** Told that it is broken, the ORM closes the connection instead of giving it to the next. */
function drop(runner: QueryRunner, client: ClientBase, error: unknown): void {
  if (!runner.isReleased) client.emit('error', error);
}

/**
 * Commits. A transaction in which a statement failed PostgreSQL rolls back instead and calls it
 * no error: then some code has swallowed the failure.
 */
async function commit(client: ClientBase): Promise<void> {
  const { command } = await tagDriverErrors(client.query('COMMIT'));
  if (command !== 'COMMIT') {
    throw new Error('nothing was committed: a statement failed, and the work went on regardless');
  }
}
