import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { ItemEvent } from '../items/event-fields.js';
import { nowMs, sent, withExtensions } from '../items/item-columns.js';
import { instantText, jsonOf } from '../items/parameters.js';
import {
  autoCompletion,
  endOfLife,
  type GivenLife,
  isWritable,
  renewal,
  type Target,
  targetValues,
} from '../items/renewal.js';
import type { NewService, ServiceLife, ServiceStart } from './new-service.js';

const givenWithEvent: GivenLife = {
  ttl: '$11::int',
  expiration: '$12::timestamptz',
  autoCompleteAfter: '$13::int',
};

const start = statement(
  'customerServices.start',
  `INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
     est_duration, extensions, life_explicit, expires_at, auto_complete_after, auto_complete_at,
     sweep_at)
   SELECT $1, $2, $5, $6, $7::json, coalesce($8::timestamptz, ${nowMs}), $9::json, $10::int,
          $14::json, $11::int IS NOT NULL OR $12::timestamptz IS NOT NULL, life.expires_at,
          $13::int, life.completes_at, least(life.expires_at, life.completes_at)
     FROM (SELECT ${endOfLife(givenWithEvent, 'clock_timestamp() + $3::interval')} AS expires_at,
                  ${autoCompletion('coalesce($13::int, $4::int)')} AS completes_at) life
    WHERE life.expires_at > statement_timestamp()
   RETURNING id`,
);

const associate = statement(
  'customerServices.associate',
  `UPDATE cs_service s
      SET ${renewal(givenWithEvent)},
          customer_id = $5, type = coalesce($6::json, ${sent('s', 'type')}),
          started_at = coalesce($7::timestamptz, s.started_at),
          started = json_merged(${sent('s', 'started')}, $8::json),
          est_duration = coalesce($9::int, s.est_duration),
          extensions = ${withExtensions('s', '$10::json')}
    WHERE ${isWritable}
      AND ($11::int IS NOT NULL OR $12::timestamptz IS NULL OR $12 > statement_timestamp())
      AND ($7::timestamptz IS NULL OR s.completed_at IS NULL OR $7 <= s.completed_at)
   RETURNING s.id`,
);

const end = statement(
  'customerServices.end',
  `UPDATE cs_service s
      SET ${renewal()}, completed_at = coalesce($5::timestamptz, ${nowMs}), completed = $6::json,
          extensions = ${withExtensions('s', '$7::json')}
    WHERE ${isWritable} AND coalesce($5::timestamptz, ${nowMs}) >= s.started_at
   RETURNING s.id`,
);

const givenLife: GivenLife = {
  ttl: '$5::int',
  expiration: '$6::timestamptz',
  autoCompleteAfter: 'NULL::int',
};

const setLife = statement(
  'customerServices.setLife',
  `UPDATE cs_service s SET ${renewal(givenLife)}
    WHERE ${isWritable} AND ($5::int IS NOT NULL OR $6::timestamptz > statement_timestamp())
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
  start(target: Target, service: NewService): Promise<boolean> {
    return this.touches(start, [
      ...targetValues(target),
      service.customerId,
      service.contactKey,
      jsonOf(service.type),
      instantText(service.at),
      jsonOf(service.fields),
      service.estDuration,
      ...lifeValues(service),
      jsonOf(service.extensions),
    ]);
  }

  /** Gives a service to a customer; what the event does not say stays as it is. */
  associate(target: Target, customerId: string, event: ServiceStart): Promise<boolean> {
    return this.touches(associate, [
      ...targetValues(target),
      customerId,
      jsonOf(event.type),
      instantText(event.at),
      jsonOf(event.fields),
      event.estDuration,
      jsonOf(event.extensions),
      ...lifeValues(event),
    ]);
  }

  end(target: Target, event: ItemEvent): Promise<boolean> {
    const { at, fields, extensions } = event;
    return this.touches(end, [
      ...targetValues(target),
      instantText(at),
      jsonOf(fields),
      jsonOf(extensions),
    ]);
  }

  setLife(target: Target, { ttl, expirationTime }: ServiceLife): Promise<boolean> {
    return this.touches(setLife, [...targetValues(target), ttl, instantText(expirationTime)]);
  }

  /** Locks a live service until the end of the unit of work. */
  lockForRemoval(uuid: string, tenant: string): Promise<boolean> {
    return this.touches(lockForRemoval, [uuid, tenant]);
  }

  /** Whether an instant lies in the future, by the clock that counts. */
  isAhead(instant: Date): Promise<boolean> {
    return this.touches(isAhead, [instantText(instant)]);
  }

  exists(uuid: string, tenant: string): Promise<boolean> {
    return this.touches(exists, [uuid, tenant]);
  }

  private async touches(what: typeof start, values: readonly unknown[]): Promise<boolean> {
    return (await this.database.execute(what, values)) > 0;
  }
}

function lifeValues({ ttl, expirationTime, autoCompleteAfter }: ServiceLife): unknown[] {
  return [ttl, instantText(expirationTime), autoCompleteAfter];
}
