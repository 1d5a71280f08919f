import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import { jsonPieces } from '../../core/json/index.js';
import type { AuditEntry, AuditPage, NewAuditEntry } from './audit-entry.js';

/** What JSON leaves out becomes NULL. */
const add = statement(
  'audit.add',
  `INSERT INTO audit_entry (kind, actor, action, subject, before, after)
   SELECT entry ->> 'kind', entry ->> 'actor', entry ->> 'action', entry ->> 'subject',
          entry -> 'before', entry -> 'after'
     FROM jsonb_array_elements($1::jsonb) AS entry`,
);

/** Refusals that have one tally are one entry, whichever nodes saw them. */
const count = statement(
  'audit.count',
  `INSERT INTO audit_entry (kind, actor, action, subject, after, calls, last_at, tally)
   SELECT entry ->> 'kind', entry ->> 'actor', entry ->> 'action', entry ->> 'subject',
          entry -> 'after', (entry ->> 'calls')::integer, now(), entry ->> 'tally'
     FROM jsonb_array_elements($1::jsonb) AS entry
    ORDER BY entry ->> 'tally'
       ON CONFLICT (tally) WHERE tally IS NOT NULL
       DO UPDATE SET calls = audit_entry.calls + excluded.calls, last_at = now()`,
);

/** A page ends before its limit where its entries are so large together, in bytes as stored. */
const mostBytes = 1_000_000;

/** The first entry of a page is read whatever its size. */
const read = statement(
  'audit.read',
  `SELECT id::float8, at, kind, actor, action, subject, before, after, calls,
          CASE WHEN calls > 1 THEN last_at END AS "lastAt"
     FROM (SELECT *, row_number() OVER (ORDER BY id DESC) AS place,
                  sum(coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0))
                      OVER (ORDER BY id DESC ROWS UNBOUNDED PRECEDING) AS weight
             FROM audit_entry
            WHERE ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR kind = $3)
              AND ($4::text IS NULL OR subject = $4)
            ORDER BY id DESC LIMIT $1) AS listed
    WHERE place = 1 OR weight <= ${String(mostBytes)}
    ORDER BY id DESC`,
);

/** Refusals to be counted under one tally. */
export interface TalliedEntry extends NewAuditEntry {
  readonly tally: string;
  readonly calls: number;
}

/** The audit, as the database has it. */
@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async add(entries: readonly NewAuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.database.execute(add, [(await jsonPieces(entries)).join('')]);
  }

  /** Adds calls to the entry of each tally, which it makes when there is none. */
  async count(entries: readonly TalliedEntry[]): Promise<void> {
    await this.database.execute(count, [JSON.stringify(entries)]);
  }

  read({ limit, before, kind, subject }: AuditPage): Promise<AuditEntry[]> {
    return this.database.rows<AuditEntry>(read, [
      limit,
      before ?? null,
      kind ?? null,
      subject ?? null,
    ]);
  }
}
