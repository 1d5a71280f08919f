import { writeJson } from './write-json.js';

/**
 * Writes batches of values as one JSON array, a piece of text for each batch.
 * @param separator what stands between two values
 */
export async function* jsonArray(
  batches: AsyncIterable<readonly unknown[]>,
  separator = ',\n',
): AsyncGenerator<string, void> {
  let before = '[';
  for await (const batch of batches) {
    const values = batch.map((value) => writeJson(value)).join(separator);
    if (before === '[' || values !== '') yield before + values;
    if (values !== '') before = separator;
    else if (before === '[') before = '';
  }
  yield before === '[' ? '[]' : ']';
}
