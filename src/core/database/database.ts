import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import pg from 'pg';
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { parseStoredJson } from '../json/index.js';
import { tagDriverErrors, tagDriverError } from './driver-error.js';
import { DiskSpace } from './disk-space.js';
import { ambientScope } from './unit-of-work-scope.js';
import type { Statement } from './statement.js';

const { JSON: jsonType } = pg.types.builtins;

/**
 * How results are read: a column of type json with the digits and the order that it has (core/json),
 * all others as the driver does. (jsonb has lost them already.)
 */
export const resultTypeParsers: pg.CustomTypesConfig = {
  getTypeParser(type, format) {
    const usual = pg.types.getTypeParser(type, format) as (value: string) => unknown;
    return type === jsonType && format !== 'binary' ? parseStoredJson : usual;
  },
};

/**
 * The way of repositories to PostgreSQL. Inside a unit of work a call runs in its transaction,
 * elsewhere on a connection of its own and is committed when it answers.
 */
@Injectable()
export class Database {
  private readonly pool: Pool;

  constructor(
    private readonly dataSource: DataSource,
    private readonly disk: DiskSpace,
  ) {
    // One pool for the ORM and for hand-written statements, so that the total stays bounded.
    this.pool = (dataSource.driver as PostgresDriver).master as Pool;
    ignoreIdleErrors(this.pool);
    tagConnectErrors(this.pool);
  }

  /** Runs a prepared statement and returns its rows. */
  async rows<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return (await this.run<Row>(statement, values)).rows;
  }

  /** Runs a prepared statement and returns its first row, undefined when there is none. */
  async row<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row | undefined> {
    return (await this.run<Row>(statement, values)).rows[0];
  }

  /** Runs a prepared statement and returns how many rows it touched. */
  async execute(statement: Statement, values: readonly unknown[]): Promise<number> {
    return (await this.run(statement, values)).rowCount ?? 0;
  }

  /** The ORM, inside the unit of work when there is one. */
  get orm(): EntityManager {
    return ambientScope.getStore()?.manager ?? this.dataSource.manager;
  }

  private async run<Row extends object>(
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    const scope = ambientScope.getStore();
    const target = scope === undefined ? this.pool : scope.client;
    try {
      return await tagDriverErrors(
        target.query<Row>({ name, text, values: values as unknown[], types: resultTypeParsers }),
      );
    } catch (error) {
      this.disk.recordError(error);
      throw error;
    }
  }
}

/**
 * A connection that is lost says so more than once: to the query under way, which fails, and again
 * when it has been dropped already. Unheard, the second word would end the process.
 */
function ignoreIdleErrors(pool: Pool): void {
  const heard = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  });
}

/** Whoever takes a connection, the ORM too, fails with an error that says where it comes from. */
function tagConnectErrors(pool: Pool): void {
  type Connected = Parameters<Parameters<Pool['connect']>[0]>;
  const connect = pool.connect.bind(pool) as {
    (): Promise<PoolClient>;
    (callback: (...connected: Connected) => void): void;
  };
  pool.connect = ((callback?: (...connected: Connected) => void) => {
    if (callback === undefined) return tagDriverErrors(connect());
    connect((error, client, done) => {
      callback(tagDriverError(error), client, done);
    });
    return undefined;
  }) as Pool['connect'];
}
