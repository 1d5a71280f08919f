/**
 * Reads `npm run bench -- [part …] [--rounds=N] [--seconds=N]`.
 * @param {readonly string[]} words
 * @param {readonly string[]} known the parts there are
 * @returns {{ parts: string[], rounds: number, seconds: number }} `seconds` of one measurement; no
 *   parts when none is named
 */
export function readArguments(words, known) {
  const parts = words.filter((word) => !word.startsWith('--'));
  const unknown = parts.filter((part) => !known.includes(part));
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(', ')}; the parts are ${known.join(', ')}`);
  }
  return { parts, rounds: option(words, 'rounds', 3), seconds: option(words, 'seconds', 2) };
}

function option(words, name, initial) {
  const given = words.find((word) => word.startsWith(`--${name}=`));
  if (given === undefined) return initial;
  const value = Number(given.slice(name.length + 3));
  if (!(value > 0 && value <= 60)) throw new Error(`--${name} takes a number up to 60`);
  return value;
}
