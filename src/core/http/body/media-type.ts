import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';

/** The content type of a request, in its parts. */
export interface MediaType {
  /** Lower-case `type/subtype`; empty when the request names none that can be read. */
  readonly essence: string;
  /** Lower-case charset parameter; `utf-8` when there is none. */
  readonly charset: string;
  readonly namesCharset: boolean;
  /** That parts of a multipart body are parted by; undefined when it names none. */
  readonly boundary: string | undefined;
}

const noMediaType: MediaType = {
  essence: '',
  charset: 'utf-8',
  namesCharset: false,
  boundary: undefined,
};

/** Longer than any that means something, characters. */
const maxTypeLength = 8192;

/**
 * Reads a content type. Node's reader takes time by the square of a run of blanks, so that none is
 * left long.
 * @returns undefined for what is none, or is longer than 8,192 characters
 */
export function mimeTypeOf(header: string): MIMEType | undefined {
  if (header.length > maxTypeLength) return undefined;
  try {
    return new MIMEType(header.replace(/[\t ]{8,}/g, ' '));
  } catch {
    return undefined;
  }
}

/** Reads the Content-Type header. */
export function mediaTypeOf(request: IncomingMessage): MediaType {
  const header = request.headers['content-type'];
  const type = header === undefined ? undefined : mimeTypeOf(header);
  if (type === undefined) return noMediaType;
  return {
    essence: type.essence,
    charset: (type.params.get('charset') ?? 'utf-8').toLowerCase(),
    namesCharset: type.params.has('charset'),
    boundary: type.params.get('boundary') || undefined,
  };
}

/** Whether the request carries a body at all. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length ?? '0') !== '0';
}
