import type { Request } from 'express';
import type { StorageEngine } from 'multer';

/**
 * Has multer leave each file where it lies in the body. Multer gets what busboy found, in pieces: all
 * but those at the edge of a slice are views of the body, and the first of them tells where the file is.
 */
export class FilesInBody implements StorageEngine {
  constructor(private readonly body: Buffer) {}

  _handleFile(
    _request: Request,
    { stream }: Express.Multer.File,
    done: (error: unknown, info: Partial<Express.Multer.File>) => void,
  ): void {
    const { body } = this;
    const copies: Buffer[] = [];
    let start: number | undefined;
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      if (start === undefined) {
        if (piece.buffer === body.buffer) start = piece.byteOffset - body.byteOffset - size;
        else copies.push(piece);
      }
      size += piece.length;
    });
    stream.on('end', () => {
      const buffer =
        start === undefined ? Buffer.concat(copies) : body.subarray(start, start + size);
      done(null, { buffer, size });
    });
  }

  _removeFile(
    _request: Request,
    _file: Express.Multer.File,
    done: (error: Error | null) => void,
  ): void {
    done(null);
  }
}
