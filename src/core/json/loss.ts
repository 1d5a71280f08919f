/** Counts what `JSON.stringify` met and could not write as it was sent. */
let losses = 0;

export function noteLoss(): void {
  losses++;
}

/** Whether `write` met anything that JavaScript's own JSON cannot write as it was sent. */
export function losesAnything(write: () => void): boolean {
  const before = losses;
  write();
  return losses !== before;
}
