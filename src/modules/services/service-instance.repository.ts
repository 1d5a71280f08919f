import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import type { ServiceInstance } from './service-type.js';

const columns = `id, name, type, data_id AS "dataId", expires_at AS "expiresAt"`;

/** Whole milliseconds, so that a Date carries the end unchanged to the rows that share it. */
const endAfter = (seconds: string): string =>
  `date_trunc('milliseconds', now()) + ${seconds}::int * interval '1 second'`;

const insert = statement(
  'service.insert',
  `INSERT INTO service_instance (id, name, type, data_id, expires_at)
   VALUES ($1, $2, $3, $4, ${endAfter('$5')})
   RETURNING expires_at AS "expiresAt"`,
);

const find = statement(
  'service.find',
  `SELECT ${columns} FROM service_instance WHERE id = $1 AND expires_at > now()`,
);

const lock = statement(
  'service.lock',
  `SELECT ${columns}, ceil(extract(epoch FROM expires_at - now()))::float8 AS "secondsLeft"
     FROM service_instance WHERE id = $1 AND expires_at > now() FOR UPDATE`,
);

/** By their ids: two that lock the same services lock them in the same order. */
const lockAll = statement(
  'service.lockAll',
  `SELECT ${columns} FROM service_instance WHERE id = ANY ($1::text[]) AND expires_at > now()
    ORDER BY id FOR UPDATE`,
);

const endIn = statement(
  'service.endIn',
  `UPDATE service_instance SET expires_at = ${endAfter('$2')}
    WHERE id = $1 RETURNING expires_at AS "expiresAt"`,
);

const endAt = statement(
  'service.endAt',
  `UPDATE service_instance SET expires_at = $2
    WHERE id = $1 AND $2 > now() RETURNING expires_at AS "expiresAt"`,
);

const remove = statement('service.remove', `DELETE FROM service_instance WHERE id = ANY ($1)`);

const lockExpired = statement(
  'service.lockExpired',
  `SELECT ${columns}, extract(epoch FROM now() - expires_at)::float8 * 1000 AS "lagMs"
     FROM service_instance WHERE expires_at <= now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
);

const countByType = statement(
  'service.countByType',
  `SELECT type, count(*)::int AS count FROM service_instance
    WHERE expires_at > now() GROUP BY type`,
);

export type LockedService = ServiceInstance & { readonly secondsLeft: number };
export type ExpiredService = ServiceInstance & { readonly lagMs: number };

/** The services that live. Expiry is decided by the database's clock in every statement. */
@Injectable()
export class ServiceInstanceRepository {
  constructor(private readonly database: Database) {}

  /** Makes a service and returns when it ends. */
  async insert(service: Omit<ServiceInstance, 'expiresAt'>, ttlSeconds: number): Promise<Date> {
    const { id, name, type, dataId } = service;
    const values = [id, name, type, dataId, ttlSeconds];
    const row = await this.database.row<{ expiresAt: Date }>(insert, values);
    if (row === undefined) throw new Error('an insert returned no row');
    return row.expiresAt;
  }

  async find(id: string): Promise<ServiceInstance | undefined> {
    return this.database.row<ServiceInstance>(find, [id]);
  }

  /** A live service, locked until the end of the unit of work. */
  async lock(id: string): Promise<LockedService | undefined> {
    return this.database.row<LockedService>(lock, [id]);
  }

  /** As `lock`, of those of several services that live. */
  async lockAll(ids: readonly string[]): Promise<ServiceInstance[]> {
    return this.database.rows<ServiceInstance>(lockAll, [ids]);
  }

  /** Has a locked service end `ttlSeconds` from now; returns when that is. */
  async endIn(id: string, ttlSeconds: number): Promise<Date | undefined> {
    return (await this.database.row<{ expiresAt: Date }>(endIn, [id, ttlSeconds]))?.expiresAt;
  }

  /** Has a locked service end at an instant; undefined when the instant is past. */
  async endAt(id: string, instant: Date): Promise<Date | undefined> {
    return (await this.database.row<{ expiresAt: Date }>(endAt, [id, instant]))?.expiresAt;
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.database.execute(remove, [ids]);
  }

  /** At most `limit` services that have ended and that no other node is removing, locked. */
  async lockExpired(limit: number): Promise<ExpiredService[]> {
    return this.database.rows<ExpiredService>(lockExpired, [limit]);
  }

  async countByType(): Promise<{ type: string; count: number }[]> {
    return this.database.rows<{ type: string; count: number }>(countByType, []);
  }
}
