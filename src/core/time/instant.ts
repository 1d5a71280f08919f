const form =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i;

export const instantForm = 'a time as 2026-11-27T10:15:30.250Z, with Z or an offset';

/**
 * Reads a time of ISO 8601 with any offset (docs/compatibility.md, Fields); what is finer than a
 * millisecond is cut off.
 * @returns undefined for a text that names no instant, as the 30th of February
 */
export function instantOf(text: string): Date | undefined {
  const [matched, year, month, day, hour, minute, second, fraction = '', sign, hours, minutes] =
    form.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  if (Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59 || Number(year) === 0) return undefined;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const local = `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}`;
  const parsed = Date.parse(`${local}.${milliseconds}Z`);
  if (Number.isNaN(parsed) || !isSameDay(parsed, Number(day))) return undefined;
  const instant = new Date(parsed - (sign === '-' ? -offset : offset) * 60_000);
  return isStorable(instant) ? instant : undefined;
}

/** Days beyond the end of a month become days of the next one. */
function isSameDay(parsed: number, day: number): boolean {
  return new Date(parsed).getUTCDate() === day;
}

/** With its offset taken off, a time may leave the years that the form can name. */
function isStorable(instant: Date): boolean {
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999;
}
