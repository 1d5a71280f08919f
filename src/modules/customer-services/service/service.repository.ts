import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { ItemEvent, ItemStart } from '../item/item-event.js';
import { nowMsSql, sentColumnSql, mergedExtensionsSql } from '../item/item-columns-sql.js';
import { instantParameter, jsonParameter } from '../item/statement-parameters.js';
import {
  autoCompleteAtSql,
  expiresAtSql,
  type LifetimeParametersSql,
  isWritableSql,
  renewalSql,
  type WriteTarget,
  targetValues,
} from '../item/renewal-sql.js';

const eventLifetimeParameters: LifetimeParametersSql = {
  ttl: '$11::int',
  expiration: '$12::timestamptz',
  autoCompleteAfter: '$13::int',
};

const start = statement(
  'customerServices.start',
  `INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
     est_duration, extensions, life_explicit, expires_at, auto_complete_after, auto_complete_at,
     sweep_at)
   SELECT $1, $2, $5, $6, $7::json, coalesce($8::timestamptz, ${nowMsSql}), $9::json, $10::int,
          $14::json, $11::int IS NOT NULL OR $12::timestamptz IS NOT NULL, life.expires_at,
          $13::int, life.completes_at, least(life.expires_at, life.completes_at)
     FROM (SELECT ${expiresAtSql(eventLifetimeParameters, 'clock_timestamp() + $3::interval')} AS expires_at,
                  ${autoCompleteAtSql('coalesce($13::int, $4::int)')} AS completes_at) life
    WHERE life.expires_at > statement_timestamp()
   RETURNING id`,
);

const associate = statement(
  'customerServices.associate',
  `UPDATE cs_service s
      SET ${renewalSql(eventLifetimeParameters)},
          customer_id = $5, type = coalesce($6::json, ${sentColumnSql('s', 'type')}),
          started_at = coalesce($7::timestamptz, s.started_at),
          started = json_merged(${sentColumnSql('s', 'started')}, $8::json),
          est_duration = coalesce($9::int, s.est_duration),
          extensions = ${mergedExtensionsSql('s', '$10::json')}
    WHERE ${isWritableSql}
      AND ($11::int IS NOT NULL OR $12::timestamptz IS NULL OR $12 > statement_timestamp())
      AND ($7::timestamptz IS NULL OR s.completed_at IS NULL OR $7 <= s.completed_at)
   RETURNING s.id`,
);

const end = statement(
  'customerServices.end',
  `UPDATE cs_service s
      SET ${renewalSql()}, completed_at = coalesce($5::timestamptz, ${nowMsSql}), completed = $6::json,
          extensions = ${mergedExtensionsSql('s', '$7::json')}
    WHERE ${isWritableSql} AND coalesce($5::timestamptz, ${nowMsSql}) >= s.started_at
   RETURNING s.id`,
);

const lifetimeParameters: LifetimeParametersSql = {
  ttl: '$5::int',
  expiration: '$6::timestamptz',
  autoCompleteAfter: 'NULL::int',
};

const setLife = statement(
  'customerServices.setLife',
  `UPDATE cs_service s SET ${renewalSql(lifetimeParameters)}
    WHERE ${isWritableSql} AND ($5::int IS NOT NULL OR $6::timestamptz > statement_timestamp())
   RETURNING s.id`,
);

const lockForRemoval = statement(
  'customerServices.lockForRemoval',
  `SELECT id FROM cs_service WHERE id = $1 AND tenant = $2 AND expires_at > statement_timestamp() FOR UPDATE`,
);

const isAhead = statement(
  'customerServices.isAhead',
  'SELECT WHERE $1::timestamptz > statement_timestamp()',
);

const exists = statement(
  'customerServices.exists',
  `SELECT id FROM cs_service WHERE id = $1 AND tenant = $2 AND expires_at > statement_timestamp()`,
);

/** Writes services; each call is one statement. What it returns is whether it found what it needs. */
@Injectable()
export class ServiceRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when its explicit end lies in the past */
  start(target: WriteTarget, service: NewService): Promise<boolean> {
    return this.affectsRow(start, [
      ...targetValues(target),
      service.customerId,
      service.contactKey,
      jsonParameter(service.type),
      instantParameter(service.at),
      jsonParameter(service.fields),
      service.estDuration,
      ...lifeValues(service),
      jsonParameter(service.extensions),
    ]);
  }

  /** Gives a service to a customer; what the event does not say stays as it is. */
  associate(target: WriteTarget, customerId: string, event: ServiceStart): Promise<boolean> {
    return this.affectsRow(associate, [
      ...targetValues(target),
      customerId,
      jsonParameter(event.type),
      instantParameter(event.at),
      jsonParameter(event.fields),
      event.estDuration,
      jsonParameter(event.extensions),
      ...lifeValues(event),
    ]);
  }

  end(target: WriteTarget, event: ItemEvent): Promise<boolean> {
    const { at, fields, extensions } = event;
    return this.affectsRow(end, [
      ...targetValues(target),
      instantParameter(at),
      jsonParameter(fields),
      jsonParameter(extensions),
    ]);
  }

  setLifetime(target: WriteTarget, { ttl, expirationTime }: ServiceLifetime): Promise<boolean> {
    return this.affectsRow(setLife, [
      ...targetValues(target),
      ttl,
      instantParameter(expirationTime),
    ]);
  }

  /** Locks a live service until the end of the unit of work. */
  lockForRemoval(uuid: string, tenant: string): Promise<boolean> {
    return this.affectsRow(lockForRemoval, [uuid, tenant]);
  }

  /** Whether an instant lies in the future, by the clock that counts. */
  isFuture(instant: Date): Promise<boolean> {
    return this.affectsRow(isAhead, [instantParameter(instant)]);
  }

  exists(uuid: string, tenant: string): Promise<boolean> {
    return this.affectsRow(exists, [uuid, tenant]);
  }

  private async affectsRow(what: typeof start, values: readonly unknown[]): Promise<boolean> {
    return (await this.database.execute(what, values)) > 0;
  }
}

function lifeValues({ ttl, expirationTime, autoCompleteAfter }: ServiceLifetime): unknown[] {
  return [ttl, instantParameter(expirationTime), autoCompleteAfter];
}

/** How long a service is kept and left open, as far as a caller says so. */
export interface ServiceLifetime {
  /** Seconds from now; wins over `expirationTime`. */
  readonly ttl: number | undefined;
  readonly expirationTime: Date | undefined;
  /** Seconds after the last write. */
  readonly autoCompleteAfter: number | undefined;
}

/** The start event of a service. */
export interface ServiceStart extends ItemStart, ServiceLifetime {}

/** A service to be made; one of the two names is there. */
export interface NewService extends ServiceStart {
  readonly customerId: string | undefined;
  readonly contactKey: string | undefined;
}
