import type { LifetimeDefaults } from './lifetime-defaults.js';

/** The service that a write is about. */
export interface WriteTarget {
  readonly uuid: string;
  readonly tenant: string;
  readonly defaults: LifetimeDefaults;
}

/** The values of the placeholders $1 to $4, with which every write on a service begins. */
export function targetValues({ uuid, tenant, defaults }: WriteTarget): unknown[] {
  return [uuid, tenant, defaults.lifetime, defaults.autoCompleteAfter];
}

/** SQL: an optional explicit life and auto-completion; null stands for not given. */
export interface LifetimeParametersSql {
  readonly ttl: string;
  readonly expiration: string;
  readonly autoCompleteAfter: string;
}

const noLifetimeParameters: LifetimeParametersSql = {
  ttl: 'NULL::int',
  expiration: 'NULL::timestamptz',
  autoCompleteAfter: 'NULL::int',
};

/**
 * SQL: now, also after a wait for a lock: what it stamps must not begin before what was written
 * meanwhile.
 */
const clockSql = 'clock_timestamp()';

/**
 * SQL: when a service ends whose caller may have said so; a ttl wins (docs/compatibility.md, Life).
 */
export const expiresAtSql = (
  { ttl, expiration }: LifetimeParametersSql,
  otherwise: string,
  now: string = clockSql,
): string =>
  `CASE WHEN ${ttl} IS NOT NULL THEN ${now} + ${ttl} * interval '1 second'
        WHEN ${expiration} IS NOT NULL THEN ${expiration}
        ELSE ${otherwise} END`;

/** SQL: when what is active in a service is completed, unless somebody writes before. */
export const autoCompleteAtSql = (after: string, now: string = clockSql): string =>
  `date_trunc('milliseconds', ${now}) + ${after} * interval '1 second'`;

/**
 * SQL: the SET list by which a write renews its service `s` (docs/compatibility.md, Life: the
 * default life is renewed by each write, an explicit one is not moved). `sweep_at` is only ever
 * moved forward in time by the sweeper: as long as it does not change, neither does any index of
 * the row.
 */
export function renewalSql(given: LifetimeParametersSql = noLifetimeParameters): string {
  const expiresAt = (now: string): string =>
    expiresAtSql(
      given,
      `CASE WHEN s.life_explicit THEN s.expires_at ELSE ${now} + $3::interval END`,
      now,
    );
  const completesAt = (now: string): string =>
    autoCompleteAtSql(`coalesce(${given.autoCompleteAfter}, s.auto_complete_after, $4::int)`, now);
  // The sweeper never comes too late for reckoning from the earlier of the two.
  const began = 'statement_timestamp()';
  return `
    life_explicit = s.life_explicit OR ${given.ttl} IS NOT NULL OR ${given.expiration} IS NOT NULL,
    expires_at = ${expiresAt(clockSql)},
    auto_complete_after = coalesce(${given.autoCompleteAfter}, s.auto_complete_after),
    auto_complete_at = ${completesAt(clockSql)},
    sweep_at = least(s.sweep_at, ${expiresAt(began)}, ${completesAt(began)})`;
}

/** SQL: whether a write may go on; an auto-completion that is due comes first. */
export const isWritableSql = `
  s.id = $1 AND s.tenant = $2 AND s.expires_at > statement_timestamp()
  AND (s.auto_complete_at IS NULL OR s.auto_complete_at > statement_timestamp())`;

/**
 * SQL: locks and renews the service that a write on one of its items is about, as `owner`. Nothing
 * happens when the service is not there or `condition` does not hold.
 */
export const renewedOwnerSql = (condition = 'true'): string => `
  owner AS (
    UPDATE cs_service s SET ${renewalSql()}
     WHERE ${isWritableSql} AND ${condition}
    RETURNING s.id)`;
