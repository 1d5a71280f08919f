import { resolve } from 'node:path';

/**
 * Reads `npm run bench -- [part …] [--rounds=N] [--seconds=N] [--checkout=FOLDER]`.
 * @param {readonly string[]} words
 * @param {readonly string[]} known the parts there are
 * @returns {{ parts: string[], rounds: number, seconds: number, checkout?: string }} `seconds` of one measurement; no
 *   parts when none is named
 */
export function readArguments(words, known) {
  const parts = words.filter((word) => !word.startsWith('--'));
  const unknown = parts.filter((part) => !known.includes(part));
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(', ')}; the parts are ${known.join(', ')}`);
  }
  const checkout = written(words, 'checkout');
  const numbers = { rounds: option(words, 'rounds', 3), seconds: option(words, 'seconds', 2) };
  return { parts, ...numbers, ...(checkout !== undefined && { checkout: resolve(checkout) }) };
}

function option(words, name, initial) {
  const given = written(words, name);
  if (given === undefined) return initial;
  const value = Number(given);
  if (!(value > 0 && value <= 60)) throw new Error(`--${name} takes a number up to 60`);
  return value;
}

function written(words, name) {
  const start = `--${name}=`;
  return words.find((word) => word.startsWith(start))?.slice(start.length);
}
