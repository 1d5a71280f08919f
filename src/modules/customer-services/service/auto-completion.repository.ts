import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import { sentColumnSql } from '../item/item-columns-sql.js';

/** Completes what is active in one item table of the services `due`, each with its instant. */
const completeItemsSql = (table: string): string => `
  UPDATE ${table} t SET completed_at = greatest(due.at, t.started_at), completed = '{}'
    FROM due WHERE t.service_id = due.id AND t.completed_at IS NULL`;

/** Whoever wrote into a service after the snapshot has moved its instant: the lock looks again. */
const completeWhere = (name: string, condition: string) =>
  statement(
    name,
    `WITH due AS (
       SELECT id, auto_complete_at AS at FROM cs_service
        WHERE auto_complete_at <= statement_timestamp() AND expires_at > statement_timestamp() AND ${condition} FOR UPDATE),
     states AS (${completeItemsSql('cs_state')}),
     tasks AS (${completeItemsSql('cs_task')})
     UPDATE cs_service s
        SET completed_at = coalesce(s.completed_at, greatest(due.at, s.started_at)),
            completed = coalesce(${sentColumnSql('s', 'completed')}, '{}'), auto_complete_at = NULL,
            sweep_at = s.expires_at
       FROM due WHERE s.id = due.id`,
  );

const completeOne = completeWhere('customerServices.completeOne', 'id = $1 AND tenant = $2');
const completeThese = completeWhere('customerServices.completeThese', 'id = ANY ($1::uuid[])');
const completeSome = completeWhere(
  'customerServices.completeSome',
  `id IN (SELECT id FROM cs_service
           WHERE sweep_at <= statement_timestamp() AND tenant = $1 AND auto_complete_at <= statement_timestamp() AND expires_at > statement_timestamp()
           ORDER BY sweep_at LIMIT $2)`,
);

/** Writes down auto-completions that are due; until then readers reckon with them. */
@Injectable()
export class AutoCompletionRepository {
  constructor(private readonly database: Database) {}

  /** Does nothing when it is not due. */
  async completeIfDue(uuid: string, tenant: string): Promise<void> {
    await this.database.execute(completeOne, [uuid, tenant]);
  }

  async completeServices(uuids: readonly string[]): Promise<void> {
    await this.database.execute(completeThese, [uuids]);
  }

  /** @returns how many of a tenant's services it completed */
  completeDueOfTenant(tenant: string, limit: number): Promise<number> {
    return this.database.execute(completeSome, [tenant, limit]);
  }
}
