import { writeJson } from '../../../../core/json/index.js';

/** Writes batches of values as one JSON array, a piece of text for each batch. */
export async function* jsonArray(
  batches: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string, void> {
  let before = '[';
  for await (const batch of batches) {
    const values = batch.map((value) => writeJson(value)).join(',\n');
    if (before === '[' || values !== '') yield before + values;
    if (values !== '') before = ',\n';
    else if (before === '[') before = '';
  }
  yield before === '[' ? '[]' : ']';
}
