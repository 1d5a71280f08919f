import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 64 * 1024;

/**
 * Reads an open file to its end, piece by piece, and closes it.
 * @param bytes how long it was when it was opened
 * @throws Error when it has become shorter
 */
export async function* piecesOf(
  handle: FileHandle,
  bytes: number,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let left = bytes; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes));
      const { bytesRead } = await handle.read(piece, 0, piece.length);
      if (bytesRead === 0) throw new Error('an exported file has become shorter');
      left -= bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
