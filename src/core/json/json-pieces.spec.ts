import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonPieces } from './json-pieces.js';
import { parseJson } from './parse-json.js';
import { writeJson } from './write-json.js';

describe('JSON in pieces', () => {
  it('is the JSON that is written at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect((await jsonPieces(value)).join('')).toBe(writeJson(value));
      }),
    );
    const sent = '{"2":1.10,"1":[{"b":-0,"a":12345678901234567890}],"x":"ü€😀"}';
    expect((await jsonPieces(parseJson(sent))).join('')).toBe(sent);
    const given = [{ a: undefined, at: new Date(0) }, undefined];
    expect((await jsonPieces(given)).join('')).toBe(JSON.stringify(given));
    expect((await jsonPieces({ a: undefined, b: 1 })).join('')).toBe('{"b":1}');
  });

  it('of a large list comes in many pieces, and others have their turn between them', async () => {
    const list = Array.from({ length: 300_000 }, (_, place) => ({ place, text: 'x'.repeat(20) }));
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const pieces = await jsonPieces(list);
    clearImmediate(next);
    expect(pieces.length).toBeGreaterThan(100);
    expect(turns).toBeGreaterThan(2);
  });
});
