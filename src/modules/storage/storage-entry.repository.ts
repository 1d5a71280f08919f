import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import type { FieldValue, UploadedFile } from '../../core/http/body/index.js';
import { entryColumns, entryWeightSql, withinWeightSql } from './entry-columns.js';

/** What is stored under a key: text, or the fact that it is binary. */
export interface StoredText {
  readonly key: string;
  /** Null for a binary value. */
  readonly value: string | null;
}

interface EntryRow {
  readonly key: string | null;
  readonly value: string | null;
}

interface FileRow {
  readonly bytes: Buffer | null;
  readonly content_type: string | null;
  readonly file_name: string | null;
}

/** What a sweep of keys did. */
export interface SweptEntries {
  readonly removed: number;
  readonly hasMore: boolean;
  /** Milliseconds since the first of them expired. */
  readonly lagMs: number;
}

/** An area that lives for the user $2: not ended, and with a live key or kept without one. */
const isLiveAreaSql = `a.id = $1 AND a.expires_at > now() AND (a.owner IS NULL OR a.owner = $2)`;

const hasLiveEntrySql = `EXISTS (
  SELECT FROM storage_entry l WHERE l.area_id = a.id AND l.expires_at > now())`;

const readAll = statement(
  'storage.readAll',
  `SELECT e.key, e.value
     FROM storage_area a
     LEFT JOIN storage_entry e ON e.area_id = a.id AND e.expires_at > now()
    WHERE ${isLiveAreaSql} AND (e.key IS NOT NULL OR a.kept_until > now())
    ORDER BY e.key`,
);

const readOne = statement(
  'storage.readOne',
  `SELECT e.key, e.value
     FROM storage_area a
     LEFT JOIN storage_entry e ON e.area_id = a.id AND e.key = $3 AND e.expires_at > now()
    WHERE ${isLiveAreaSql} AND (e.key IS NOT NULL OR a.kept_until > now() OR ${hasLiveEntrySql})`,
);

const readFile = statement(
  'storage.readFile',
  `SELECT e.bytes, e.content_type, e.file_name
     FROM storage_area a
     LEFT JOIN storage_entry e ON e.area_id = a.id AND e.key = $3 AND e.expires_at > now()
    WHERE ${isLiveAreaSql} AND (e.key IS NOT NULL OR a.kept_until > now() OR ${hasLiveEntrySql})`,
);

/** Keys that live beside the ones written ($4) count against the limit ($3). */
const hasRoomSql = `(SELECT count(*) FROM storage_entry o
                WHERE o.area_id = $1 AND o.expires_at > now() AND o.key <> ALL ($4::text[]))
              + cardinality($4::text[]) <= $3`;

const onConflictSql = `
  ON CONFLICT (area_id, key) DO UPDATE
     SET value = excluded.value, bytes = excluded.bytes, content_type = excluded.content_type,
         file_name = excluded.file_name, expires_at = excluded.expires_at`;

const writeTexts = statement(
  'storage.writeTexts',
  `INSERT INTO storage_entry (area_id, key, value, expires_at)
   SELECT $1, e.key, e.value, coalesce(now() + $2::int * interval '1 second', 'infinity')
     FROM unnest($4::text[], $5::text[]) AS e (key, value)
    WHERE ${hasRoomSql} ${onConflictSql}`,
);

const writeFiles = statement(
  'storage.writeFiles',
  `INSERT INTO storage_entry (area_id, key, value, bytes, content_type, file_name, expires_at)
   SELECT $1, e.key, e.value,
          CASE WHEN e.length IS NOT NULL THEN substring($6::bytea FROM e.start FOR e.length) END,
          e.content_type, e.file_name, coalesce(now() + $2::int * interval '1 second', 'infinity')
     FROM unnest($4::text[], $5::text[], $7::int[], $8::int[], $9::text[], $10::text[])
          AS e (key, value, start, length, content_type, file_name)
    WHERE ${hasRoomSql} ${onConflictSql}`,
);

const removeOne = statement(
  'storage.removeOne',
  `DELETE FROM storage_entry WHERE area_id = $1 AND key = $2 AND expires_at > now()`,
);

const removeAll = statement(
  'storage.removeAll',
  `DELETE FROM storage_entry WHERE area_id = $1 AND key IS DISTINCT FROM $2`,
);

const sweep = statement(
  'storage.sweepEntries',
  `WITH due AS MATERIALIZED (
     SELECT e.ctid AS place, ${entryWeightSql('e')} AS weight FROM storage_entry e
      WHERE e.expires_at < 'infinity' AND e.expires_at <= now()
      ORDER BY e.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
   gone AS (
     DELETE FROM storage_entry WHERE ctid = ANY (ARRAY (${withinWeightSql('due', '$1')}))
     RETURNING expires_at)
   SELECT count(*)::int AS removed,
          count(*) < (SELECT count(*) FROM due) OR count(*) >= $1 AS "hasMore",
          coalesce(extract(epoch FROM now() - min(expires_at)) * 1000, 0)::float8 AS "lagMs"
     FROM gone`,
);

/** The keys of storage areas. Expiry is decided by the database's clock in every statement. */
@Injectable()
export class StorageEntryRepository {
  constructor(private readonly database: Database) {}

  /** The live entries of a live area, by key; undefined when there is no such area for the user. */
  async readAll(areaId: string, user: string | undefined): Promise<StoredText[] | undefined> {
    const rows = await this.database.rows<EntryRow>(readAll, [areaId, user]);
    return rows.length === 0 ? undefined : rows.filter(isPresent);
  }

  /** One live entry: null when the area has no such key, undefined when there is no such area. */
  async readOne(
    areaId: string,
    user: string | undefined,
    key: string,
  ): Promise<StoredText | null | undefined> {
    const row = await this.database.row<EntryRow>(readOne, [areaId, user, key]);
    if (row === undefined) return undefined;
    return isPresent(row) ? row : null;
  }

  /** The file under a key: null when there is none of that name, undefined without the area. */
  async readFile(
    areaId: string,
    user: string | undefined,
    key: string,
  ): Promise<UploadedFile | null | undefined> {
    const row = await this.database.row<FileRow>(readFile, [areaId, user, key]);
    if (row === undefined) return undefined;
    if (row.bytes === null) return null;
    return {
      bytes: row.bytes,
      contentType: row.content_type ?? 'application/octet-stream',
      fileName: row.file_name ?? key,
    };
  }

  /**
   * Writes entries into an area whose row the caller has locked or just made.
   * @param ttlSeconds how long the keys live; undefined: as long as the area
   * @param mostKeys how many keys the area may hold afterwards
   * @returns false, with nothing written, when there is no room for all of them
   */
  async write(
    areaId: string,
    entries: ReadonlyMap<string, FieldValue>,
    ttlSeconds: number | undefined,
    mostKeys: number,
  ): Promise<boolean> {
    const columns = entryColumns(entries);
    const values: unknown[] = [areaId, ttlSeconds, mostKeys, columns.keys, columns.values];
    if (columns.hasFiles) {
      values.push(columns.bytes, columns.starts, columns.lengths);
      values.push(columns.contentTypes, columns.fileNames);
    }
    const write = columns.hasFiles ? writeFiles : writeTexts;
    return (await this.database.execute(write, values)) === entries.size;
  }

  /** Removes a live key; false when there is none. */
  async removeOne(areaId: string, key: string): Promise<boolean> {
    return (await this.database.execute(removeOne, [areaId, key])) > 0;
  }

  async removeAll(areaId: string, but?: string): Promise<void> {
    await this.database.execute(removeAll, [areaId, but]);
  }

  /** Removes expired keys that nobody holds, at most `limit`, of large ones fewer. */
  async sweep(limit: number): Promise<SweptEntries> {
    const swept = await this.database.row<SweptEntries>(sweep, [limit]);
    return swept ?? { removed: 0, hasMore: false, lagMs: 0 };
  }
}

function isPresent(row: EntryRow): row is StoredText {
  return row.key !== null;
}
