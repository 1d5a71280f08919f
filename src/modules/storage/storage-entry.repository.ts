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

/** Some live entries of an area, in the order of their keys. */
export interface EntryPage {
  readonly entries: readonly StoredText[];
  readonly hasMore: boolean;
}

/** The beginning of a stored file, which is all of a small one. */
export interface StoredFile extends UploadedFile {
  /** Of the whole file, in bytes. */
  readonly length: number;
  /** Names what was stored under the key at that moment. */
  readonly version: string;
}

interface PageRow extends EntryRow {
  readonly looked_at: number;
}

interface FileRow {
  readonly bytes: Buffer | null;
  readonly length: number;
  readonly version: string;
  readonly content_type: string | null;
  readonly file_name: string | null;
}

/** What is read at once: so many keys, fewer when they and their texts are long, in bytes. */
const page = { keys: 2000, bytes: 1_048_576 };

/** So much of a file is read at once. */
const pieceBytes = 262_144;

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

/** One page of an area; a text that is larger than a page has one for itself. */
const readPage = statement(
  'storage.readPage',
  `SELECT e.key, e.value, e.looked_at
     FROM storage_area a
     LEFT JOIN LATERAL (
       SELECT key, value, looked_at
         FROM (SELECT key, value, row_number() OVER keys AS place, count(*) OVER ()::int AS looked_at,
                      sum(coalesce(octet_length(value), 0) + octet_length(key)) OVER keys AS bytes
                 FROM (SELECT key, value FROM storage_entry
                        WHERE area_id = a.id AND key > $3 AND expires_at > now()
                        ORDER BY key LIMIT ${String(page.keys)}) picked
               WINDOW keys AS (ORDER BY key ROWS UNBOUNDED PRECEDING)) summed
        WHERE place = 1 OR bytes <= ${String(page.bytes)}) e ON true
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
  `SELECT substring(e.bytes FROM 1 FOR ${String(pieceBytes)}) AS bytes,
          octet_length(e.bytes) AS length, e.xmin::text AS version, e.content_type, e.file_name
     FROM storage_area a
     LEFT JOIN storage_entry e ON e.area_id = a.id AND e.key = $3 AND e.expires_at > now()
    WHERE ${isLiveAreaSql} AND (e.key IS NOT NULL OR a.kept_until > now() OR ${hasLiveEntrySql})`,
);

/** A further piece of a file, as long as it is the one whose beginning was read. */
const readFilePiece = statement(
  'storage.readFilePiece',
  `SELECT substring(bytes FROM $4 FOR ${String(pieceBytes)}) AS bytes
     FROM storage_entry WHERE area_id = $1 AND key = $2 AND xmin::text = $3`,
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

  /**
   * Live entries of a live area; undefined when there is no such area for the user.
   * @param after the last key of the page before; empty for the first page
   */
  async readPage(
    areaId: string,
    user: string | undefined,
    after: string,
  ): Promise<EntryPage | undefined> {
    const rows = await this.database.rows<PageRow>(readPage, [areaId, user, after]);
    const [first] = rows;
    if (first === undefined) return undefined;
    const entries = rows.filter(isPresent);
    const hasMore = first.looked_at > entries.length || first.looked_at === page.keys;
    return { entries, hasMore };
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

  /** The beginning of the file under a key: null when there is none of that name, undefined without the area. */
  async readFile(
    areaId: string,
    user: string | undefined,
    key: string,
  ): Promise<StoredFile | null | undefined> {
    const row = await this.database.row<FileRow>(readFile, [areaId, user, key]);
    if (row === undefined) return undefined;
    if (row.bytes === null) return null;
    return {
      ...{ bytes: row.bytes, length: row.length, version: row.version },
      contentType: row.content_type ?? 'application/octet-stream',
      fileName: row.file_name ?? key,
    };
  }

  /** What follows so many bytes of a file; undefined when it is no more what it was. */
  async readFilePiece(
    areaId: string,
    key: string,
    version: string,
    offset: number,
  ): Promise<Buffer | undefined> {
    const values = [areaId, key, version, offset + 1];
    const row = await this.database.row<{ bytes: Buffer }>(readFilePiece, values);
    return row?.bytes;
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

function isPresent<Row extends EntryRow>(row: Row): row is Row & StoredText {
  return row.key !== null;
}
