import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { unsupportedMediaType } from '../../errors/index.js';

/**
 * The decoder of a charset; it throws a TypeError on bytes that are not of the charset.
 * @throws DomainError UnsupportedMediaType for a charset that nobody knows
 */
export function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    throw unsupportedMediaType(`with charset ${charset.slice(0, 40)}`, ['charset=utf-8']);
  }
}

/** The text of a body; undefined when its bytes are not of the charset. */
export function decodeText(body: Buffer, charset: string): string | undefined {
  if (charset === 'utf-8') return isUtf8(body) ? body.toString('utf8') : undefined;
  const decoder = decoderOf(charset);
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
