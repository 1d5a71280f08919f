import { describe, expect, it } from '@jest/globals';
import { jsonArray } from './json-array.js';

async function written(...batches: unknown[][]): Promise<string[]> {
  const pieces: string[] = [];
  const given = (async function* () {
    yield* batches;
  })();
  for await (const piece of jsonArray(given)) pieces.push(piece);
  return pieces;
}

describe('a JSON array of batches', () => {
  it.each([
    [[], ['[]']],
    [[[]], ['[', ']']],
    [
      [[], [], [1]],
      ['[', '1', ']'],
    ],
    [
      [['a', 'b'], ['c']],
      ['["a",\n"b"', ',\n"c"', ']'],
    ],
    [
      [['a'], [], ['b'], []],
      ['["a"', ',\n"b"', ']'],
    ],
  ])('%j is written as %j', async (batches, pieces) => {
    expect(await written(...batches)).toEqual(pieces);
    expect(JSON.parse(pieces.join(''))).toEqual(batches.flat());
  });

  it('hands a piece on before it asks for the next batch', async () => {
    const asked: number[] = [];
    const pieces = jsonArray(
      (async function* () {
        for (let n = 1; ; n++) {
          asked.push(n);
          yield [n];
        }
      })(),
    );
    await pieces.next();
    expect(asked).toEqual([1]);
    await pieces.return();
  });
});
