import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Database } from './database.js';
import { DiskSpace } from './disk-space.js';
import { UnitOfWork } from './unit-of-work.js';

/** The injection token of the URL of the database in use, embedded or not. */
export const DATABASE_URL = Symbol('DATABASE_URL');

/**
 * Glossary. *Database*: where repositories send statements. *Unit of work*: one transaction around
 * a use case, found by what runs inside it. *Statement*: hand-written SQL with a name.
 */
@Global()
@Module({
  providers: [Database, UnitOfWork, DiskSpace],
  exports: [Database, UnitOfWork, DiskSpace],
})
export class DatabaseModule {
  /** @param applicationName how PostgreSQL's own views call this node's connections */
  static connect(url: string, applicationName: string): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url,
          applicationName,
          autoLoadEntities: true,
          installExtensions: false,
          // Else TypeORM would generate ids by uuid-ossp, which nobody installs: this one is built
          // in.
          uuidExtension: 'pgcrypto',
          // 16 connections amortise an fsync best; more only add switching
          // (docs/decisions/0007-sql-on-typeorms-pool.md).
          poolSize: 16,
          connectTimeoutMS: 4000,
          retryAttempts: 5,
          retryDelay: 1000,
          extra: {
            // A database that hangs must not hang its callers; long work says so per statement.
            query_timeout: 8000,
            // What nobody waits for any more must not go on in PostgreSQL, with its locks.
            statement_timeout: 9000,
            idle_in_transaction_session_timeout: 30_000,
            keepAlive: true,
            // A prepared statement's plan is made once. Made while a table is empty (the sweeper
            // sees to that) it reads the table through, and goes on so until the next analyze, a
            // minute or more after the table has filled. Measured with 100,000 rows that came in
            // meanwhile: taking effects from the outbox 190 ms, with this 2 ms. Before version 18
            // the penalty makes what must be read through look worth compiling: hence no jit.
            options: '-c enable_seqscan=off -c jit=off',
          },
        }),
      ],
    };
  }
}
