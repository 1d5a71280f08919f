import type { EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import type { Database } from './database.js';

/**
 * The base of a repository of one table. Plain reads and writes go by `table`; what is hot, or works
 * on sets of rows, is a named statement in the same class, sent by `database`.
 */
export abstract class TableRepository<Row extends ObjectLiteral> {
  /** @param entity the class that describes the table */
  protected constructor(
    protected readonly database: Database,
    private readonly entity: EntityTarget<Row>,
  ) {}

  /** TypeORM's repository of the table, inside the unit of work when there is one. */
  protected get table(): Repository<Row> {
    return this.database.orm.getRepository(this.entity);
  }
}
