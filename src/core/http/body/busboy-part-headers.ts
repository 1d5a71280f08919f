import type { Writable } from 'node:stream';

/** The headers of a part by their lower-case names; one character for each byte. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>;

/** Busboy's reader of a part's headers, as far as it is used here. */
interface HeaderReader {
  cb: (headers: PartHeaders) => void;
}

/**
 * Lets the headers of each part be read and replaced before busboy, the parser under multer, acts on
 * them. Busboy itself keeps neither the parameters of a content type nor names in Latin-1, and has
 * no way to ask for more; this goes by the one field in which it keeps its reader of headers
 * (docs/decisions/0017-bodies.md).
 * @param rewrite gets the headers and how many bytes they hold; what it throws ends the parser
 */
export function rewritePartHeaders(
  parser: Writable,
  rewrite: (headers: PartHeaders, bytes: number) => PartHeaders,
): void {
  let current: HeaderReader | null = null;
  let isTapped = false;
  const tap = (reader: HeaderReader): void => {
    isTapped = true;
    const act = reader.cb;
    reader.cb = (headers) => {
      let replaced: PartHeaders = {};
      try {
        replaced = rewrite(headers, bytesOf(headers));
      } catch (error) {
        parser.destroy(error as Error);
      }
      act(replaced);
    };
  };
  Object.defineProperty(parser, '_hparser', {
    get: () => current,
    set: (reader: HeaderReader | null) => {
      if (reader !== null && !isTapped) tap(reader);
      current = reader;
    },
  });
}

function bytesOf(headers: PartHeaders): number {
  let bytes = 0;
  for (const [name, values] of Object.entries(headers)) {
    for (const value of values) bytes += name.length + value.length;
  }
  return bytes;
}
