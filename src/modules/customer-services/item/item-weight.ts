/** What is read in one piece: so many items, or fewer when they are large, in bytes. */
const piece = { items: 50, bytes: 1024 * 1024 };

/** A list whose large items have more bytes together is answered in pieces. */
const wholeBytes = 1024 * 1024;

/** An item of a list that is going to be read. */
export interface WeighedItem<Id> {
  readonly id: Id;
  /** About how many bytes it takes when it is read. */
  readonly bytes: number;
}

/**
 * SQL: about how many bytes an item takes when it is read. Extensions that are stored as they are
 * stay below the threshold of compression; only others are looked at.
 */
export const weightSql = (alias: string): string =>
  `500 + CASE WHEN coalesce(pg_column_size(${alias}.extensions), pg_column_size(${alias}.extensions_was)) > 500
              THEN octet_length(coalesce(${alias}.extensions::text, ${alias}.extensions_was::text)) ELSE 0 END`;

/** SQL: the same of all items of a table that a condition selects. */
export const weightOfAllSql = (table: string, condition: string): string =>
  `(SELECT coalesce(sum(${weightSql('i')}), 0) FROM ${table} i WHERE ${condition})`;

/** Whether a list is small enough to be held as a whole. */
export function isHeldWhole(items: readonly WeighedItem<unknown>[]): boolean {
  return items.reduce((sum, { bytes }) => sum + bytes, 0) <= wholeBytes;
}

/** Splits a list so that no piece is too large to be held, if it is more than one item. */
export function* piecesByWeight<Id>(items: readonly WeighedItem<Id>[]): Generator<Id[], void> {
  let some: Id[] = [];
  let sum = 0;
  for (const { id, bytes } of items) {
    if (some.length === piece.items || (some.length > 0 && sum + bytes > piece.bytes)) {
      yield some;
      some = [];
      sum = 0;
    }
    some.push(id);
    sum += bytes;
  }
  if (some.length > 0) yield some;
}
