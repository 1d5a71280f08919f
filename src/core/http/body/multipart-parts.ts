import { invalidBody } from '../../errors/index.js';

/** One part of a multipart body. */
export interface Part {
  /** By their lower-case names; one character for each byte. */
  readonly headers: ReadonlyMap<string, string>;
  readonly headerBytes: number;
  /** A view of the body, no copy. */
  readonly content: Buffer;
}

const longestHeaders = 16_384;
const [dash, carriageReturn, lineFeed, tab, blank] = [0x2d, 0x0d, 0x0a, 0x09, 0x20];
const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

/**
 * The parts of a multipart body (RFC 2046, 5.1.1), one by one; what stands before the first and
 * after the last is no part.
 * @throws DomainError InvalidBody when it is cut short or damaged
 */
export function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let found = body.indexOf(delimiter.subarray(2)) === 0 ? -2 : body.indexOf(delimiter);
  for (;;) {
    if (found === -1) throw damaged();
    const start = lineAfter(body, found + delimiter.length);
    if (start === 'last') return;
    if (start === undefined) {
      // Only begins like a delimiter.
      if (found < 0) throw damaged();
      found = body.indexOf(delimiter, found + 1);
      continue;
    }
    const end = endOfPart(body, delimiter, start);
    yield partOf(body.subarray(start, Math.max(start, end)));
    found = end;
  }
}

/** Where the next delimiter stands, whether it ends a part or all of them. */
function endOfPart(body: Buffer, delimiter: Buffer, start: number): number {
  // The line break of a part without anything is that of the delimiter before it.
  let end = body.indexOf(delimiter, start - 2);
  while (end !== -1 && lineAfter(body, end + delimiter.length) === undefined) {
    end = body.indexOf(delimiter, end + 1);
  }
  if (end === -1) throw damaged();
  return end;
}

/** Where the part after a delimiter begins; undefined when it is no delimiter. */
function lineAfter(body: Buffer, at: number): number | 'last' | undefined {
  if (body[at] === dash && body[at + 1] === dash) return 'last';
  let next = at;
  while (body[next] === blank || body[next] === tab) next++;
  return body[next] === carriageReturn && body[next + 1] === lineFeed ? next + 2 : undefined;
}

function partOf(bytes: Buffer): Part {
  const noHeaders = bytes.subarray(0, 2).equals(lineEnd);
  const end = noHeaders ? 0 : bytes.subarray(0, longestHeaders).indexOf(headersEnd);
  if (end === -1) throw damaged();
  return {
    headers: headersOf(bytes.toString('latin1', 0, end)),
    headerBytes: end,
    content: bytes.subarray(noHeaders ? 2 : end + 4),
  };
}

function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.replace(/\r\n[\t ]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const value = line.slice(colon + 1).trim();
    // Bare line breaks among them, with which a header could be forged elsewhere.
    if (hasControlCharacter(value)) throw damaged();
    headers.set(line.slice(0, colon).trim().toLowerCase(), value);
  }
  return headers;
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < blank && code !== tab) || code === 0x7f) return true;
  }
  return false;
}

function damaged(): Error {
  return invalidBody('the multipart body is damaged or was cut short');
}
