import type { FieldValue } from '../../core/http/body/index.js';

/** Entries as columns, the way one statement takes any number of them. */
export interface EntryColumns {
  readonly keys: string[];
  readonly values: (string | null)[];
  /** All files' bytes one after the other, and where each begins (from 1) and how long it is. */
  readonly bytes: Buffer;
  readonly starts: (number | null)[];
  readonly lengths: (number | null)[];
  readonly contentTypes: (string | null)[];
  readonly fileNames: (string | null)[];
  readonly hasFiles: boolean;
}

/** Lays entries out as columns. One statement with constant text stays prepared (stack.md). */
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
  let start = 1;
  for (const [key, value] of entries) {
    const file = typeof value === 'string' ? null : value;
    columns.keys.push(key);
    columns.values.push(typeof value === 'string' ? value : null);
    columns.starts.push(file === null ? null : start);
    columns.lengths.push(file === null ? null : file.bytes.length);
    columns.contentTypes.push(file?.contentType ?? null);
    columns.fileNames.push(file?.fileName ?? null);
    if (file !== null) {
      files.push(file.bytes);
      start += file.bytes.length;
    }
  }
  return { ...columns, bytes: Buffer.concat(files), hasFiles: files.length > 0 };
}
