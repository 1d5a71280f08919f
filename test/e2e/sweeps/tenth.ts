/** The same number, the same cases. */
const seed = 9;

/** A tenth of the cases, well mixed: for what takes too long whole, which test/long has. */
export function tenthOf<Case>(cases: readonly Case[]): Case[] {
  let state = seed;
  return cases.filter(() => {
    // A linear congruential generator (Numerical Recipes): enough to spread a choice.
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state < 2 ** 32 / 10;
  });
}
