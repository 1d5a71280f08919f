import { jsonType, StreamAnswer } from '../../../core/http/answer.js';
import { jsonArray } from '../../../core/json/index.js';
import type { ItemAnswer } from './item-answer.js';
import { isHeldWhole, piecesByWeight, type WeighedItem } from './item-weight.js';

/** A list as it is answered: a large one is read while it is sent. */
export type ItemList = ItemAnswer[] | StreamAnswer;

/** How a list is read. */
export interface ListReader<Id> {
  /** undefined: its items cannot be large. */
  readonly weigh: (() => Promise<WeighedItem<Id>[]>) | undefined;
  readonly readAll: () => Promise<ItemAnswer[]>;
  /** Those that are no more as asked for are missing. */
  readonly readSome: (ids: readonly Id[]) => Promise<ItemAnswer[]>;
}

/** Reads a list, a large one in pieces of which one is held (docs/compatibility.md, Queries). */
export async function readList<Id>({
  weigh,
  readAll,
  readSome,
}: ListReader<Id>): Promise<ItemList> {
  const items = await weigh?.();
  if (items === undefined || isHeldWhole(items)) return readAll();
  const batches = async function* () {
    for (const ids of piecesByWeight(items)) yield await readSome(ids);
  };
  return new StreamAnswer(() => ({ contentType: jsonType, chunks: jsonArray(batches(), ',') }));
}
