import { TextDecoder } from 'node:util';
import { InvalidLocalizationFile } from './localization-file.js';

/** How a document may begin that does not say its encoding in a way that ASCII could read. */
const encodingSignatures: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0, 0x3c, 0, 0x3f], 'utf-16be'],
  [[0x3c, 0, 0x3f, 0], 'utf-16le'],
];

const declaration = /^<\?xml\s[^>]*?\bencoding\s*=\s*(?:"([\w.:-]+)"|'([\w.:-]+)')/;

/** Decoded at once, bytes. */
const chunkBytes = 65_536;

const encodingMismatch = 'it is not in the encoding that it says';

/**
 * The text of an XML document, in pieces.
 * @param charset what its content type says, which wins over what the document says of itself
 * @throws InvalidLocalizationFile for an encoding that is unknown, or that the bytes are not in
 */
export function* decodeXmlChunks(bytes: Uint8Array, charset?: string): Generator<string> {
  const decoder = decoderOf(charset ?? encodingOf(bytes));
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield decoder.decode(bytes.subarray(at, at + chunkBytes), { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw error instanceof InvalidLocalizationFile
      ? error
      : new InvalidLocalizationFile(encodingMismatch);
  }
}

function encodingOf(bytes: Uint8Array): string {
  const known = encodingSignatures.find(([start]) => start.every((byte, at) => bytes[at] === byte));
  if (known !== undefined) return known[1];
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const [, double, single] = declaration.exec(head) ?? [];
  const named = double ?? single ?? 'utf-8';
  // Its bytes would have told.
  if (/^(?:utf-?16|ucs-2|unicode)/i.test(named))
    throw new InvalidLocalizationFile(encodingMismatch);
  return named;
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new InvalidLocalizationFile('its encoding is unknown');
  }
}
