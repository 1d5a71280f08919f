const units: Readonly<Record<string, { readonly word: string; readonly days: number }>> = {
  s: { word: 'seconds', days: 1 / 86_400 },
  h: { word: 'hours', days: 1 / 24 },
  d: { word: 'days', days: 1 },
  w: { word: 'weeks', days: 7 },
  m: { word: 'months', days: 30 },
  y: { word: 'years', days: 365 },
};

const maxDays = 100 * 365;

export const lifetimeForm =
  'a number with s, h, d, w, m (months) or y, as 2w, of at most 100 years';

/**
 * Reads `cview.expiration` (docs/compatibility.md, Life): `2w`, `7d`, `5y`.
 * @returns how PostgreSQL writes it, as `2 weeks`; undefined for a text that is no life
 */
export function lifetimeIntervalOf(text: string): string | undefined {
  const [, number, letter = ''] = /^(\d{1,10})([shdwmy])$/.exec(text) ?? [];
  const unit = units[letter];
  if (unit === undefined) return undefined;
  const amount = Number(number);
  if (amount < 1 || amount * unit.days > maxDays) return undefined;
  return `${String(amount)} ${unit.word}`;
}
