/**
 * SQL: how many rows PostgreSQL removes for an entry: one, and one for each 2,000 bytes of a large
 * value, which it keeps in pieces.
 */
export const entryWeight = (alias: string): string =>
  `1 + coalesce(octet_length(${alias}.bytes), octet_length(${alias}.value)) / 2000`;

/** SQL: the places of rows that together weigh no more than the limit, of the first in any case. */
export const lightEnough = (source: string, limit: string): string => `
  SELECT place FROM (
    SELECT place, row_number() OVER () AS count,
           sum(weight) OVER (ROWS UNBOUNDED PRECEDING) AS weight FROM ${source}) weighed
   WHERE count = 1 OR weight <= ${limit}`;
