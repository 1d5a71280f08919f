import type { FieldValue } from '../../core/http/body/index.js';

/**
 * SQL: how many rows PostgreSQL removes for an entry: one, and one for each 2,000 bytes of a large
 * value, which it keeps in pieces.
 */
export const entryWeightSql = (alias: string): string =>
  `1 + coalesce(octet_length(${alias}.bytes), octet_length(${alias}.value)) / 2000`;

/** SQL: the places of rows that together weigh no more than the limit, of the first in any case. */
export const withinWeightSql = (source: string, limit: string): string => `
  SELECT place FROM (
    SELECT place, row_number() OVER () AS count,
           sum(weight) OVER (ROWS UNBOUNDED PRECEDING) AS weight FROM ${source}) weighed
   WHERE count = 1 OR weight <= ${limit}`;

/** Entries as columns, the way one statement takes any number of them. */
export interface EntryColumns {
  readonly keys: string[];
  readonly values: (string | null)[];
  /** Bytes that hold all files, and where in them each begins (from 1) and how long it is. */
  readonly bytes: Buffer;
  readonly starts: (number | null)[];
  readonly lengths: (number | null)[];
  readonly contentTypes: (string | null)[];
  readonly fileNames: (string | null)[];
  readonly hasFiles: boolean;
}

/**
 * Lays entries out as columns. One statement with constant text stays prepared
 * (docs/decisions/0007-sql-on-typeorms-pool.md).
 */
export function entryColumns(entries: ReadonlyMap<string, FieldValue>): EntryColumns {
  const columns = {
    keys: [] as string[],
    values: [] as (string | null)[],
    starts: [] as (number | null)[],
    lengths: [] as (number | null)[],
    contentTypes: [] as (string | null)[],
    fileNames: [] as (string | null)[],
  };
  const files: Buffer[] = [];
  for (const value of entries.values()) if (typeof value !== 'string') files.push(value.bytes);
  const together = filesTogether(files);
  for (const [key, value] of entries) {
    const file = typeof value === 'string' ? null : value;
    columns.keys.push(key);
    columns.values.push(typeof value === 'string' ? value : null);
    columns.starts.push(file === null ? null : together.startOf(file.bytes));
    columns.lengths.push(file === null ? null : file.bytes.length);
    columns.contentTypes.push(file?.contentType ?? null);
    columns.fileNames.push(file?.fileName ?? null);
  }
  return { ...columns, bytes: together.bytes, hasFiles: files.length > 0 };
}

interface FilesTogether {
  readonly bytes: Buffer;
  readonly startOf: (file: Buffer) => number;
}

/** What may lie between two files of one body, bytes: the headers of parts. */
const mostBetween = 1024;

/** Files of one body lie in it one after the other, and need no copy. */
function filesTogether(files: readonly Buffer[]): FilesTogether {
  const [first] = files;
  if (first !== undefined && files.every((file) => file.buffer === first.buffer)) {
    const start = Math.min(...files.map((file) => file.byteOffset));
    const end = Math.max(...files.map((file) => file.byteOffset + file.length));
    const bytes = files.reduce((sum, file) => sum + file.length + mostBetween, 0);
    if (end - start <= bytes) {
      return {
        bytes: Buffer.from(first.buffer, start, end - start),
        startOf: (file) => file.byteOffset - start + 1,
      };
    }
  }
  const starts = new Map<Buffer, number>();
  let length = 0;
  for (const file of files) {
    starts.set(file, length + 1);
    length += file.length;
  }
  return { bytes: Buffer.concat(files), startOf: (file) => starts.get(file) ?? 1 };
}
