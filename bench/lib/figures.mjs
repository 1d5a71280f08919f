/** The middle value; NaN of none. */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The value below which `share` (0 … 1) of the values lie.
 * @param sorted ascending
 */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** `1,234`, `12.3`, `0.81`: as many digits as a measurement is worth; `–` when there is none. */
export function shown(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** The median with least and most: `5,120 (4,800–5,300)`. */
export function spread(values) {
  if (values.length === 0 || values.some(Number.isNaN)) return '–';
  const range = `${shown(Math.min(...values))}–${shown(Math.max(...values))}`;
  return values.length === 1 ? shown(values[0]) : `${shown(median(values))} (${range})`;
}

/** A Markdown table whose columns stand one below the other. */
export function table(header, rows) {
  const lines = [header, ...rows].map((cells) => cells.map(String));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const laidOut = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  );
  laidOut.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return laidOut.join('\n');
}
