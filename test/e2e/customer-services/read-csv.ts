/** A cell: in quotes a text, without a number, of nothing absent. */
type Cell = string | number | undefined;

/**
 * Reads a CSV file of RFC 4180, by that document alone, so that a fault of the writer shows.
 * @returns a record for each line after the first, without the cells that are empty
 */
export function readCsv(text: string): Record<string, string | number>[] {
  const lines = linesOf(text);
  const header = lines.shift() ?? [];
  return lines.map((cells) => {
    if (cells.length !== header.length) throw new Error(`a line of ${cells.length} cells`);
    const entries = header.map((name, column) => [name, cells[column]]);
    return Object.fromEntries(entries.filter(([, cell]) => cell !== undefined));
  });
}

function linesOf(text: string): Cell[][] {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  for (let at = 0; at < text.length;) {
    const [found, quoted, plain, end] =
      /("(?:[^"]|"")*")?([^",\r\n]*)(,|\r\n)/y.exec(text.slice(at)) ?? [];
    if (found === undefined) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 40)}`);
    at += found.length;
    line.push(cellOf(quoted, plain ?? ''));
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}

function cellOf(quoted: string | undefined, plain: string): Cell {
  if (quoted !== undefined) return quoted.slice(1, -1).replaceAll('""', '"');
  if (plain === '') return undefined;
  const number = Number(plain);
  if (Number.isNaN(number)) throw new Error(`a text without quotes: ${plain}`);
  return number;
}
