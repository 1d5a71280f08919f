import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isFileName } from '../provider/push.section.js';

/** A bigger file is no list of messages, bytes. */
export const maxFileBytes = 8 * 1024 * 1024;

/** What is wrong with a file before it is read, as a part of a sentence that names no path. */
export class UnreadableFile extends Error {}

/** The folder in GMS_DATA_DIR in which localization files lie. */
export class LocalizationFolder {
  private readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'localization');
  }

  /** @throws UnreadableFile */
  async stat(name: string): Promise<Stats> {
    return this.withFile(name, (_, stats) => Promise.resolve(stats));
  }

  /** @throws UnreadableFile */
  async read(name: string): Promise<Uint8Array> {
    return this.withFile(name, async (file) => {
      const bytes = Buffer.alloc(maxFileBytes + 1);
      let end = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, end, bytes.length - end, end);
        end += bytesRead;
        if (end > maxFileBytes) throw new UnreadableFile(tooLarge);
        if (bytesRead === 0) return bytes.subarray(0, end);
      }
    });
  }

  private async withFile<Result>(
    name: string,
    work: (file: FileHandle, stats: Stats) => Promise<Result>,
  ): Promise<Result> {
    if (!isFileName(name)) throw new UnreadableFile('the option is no name of a file');
    let file: FileHandle | undefined;
    try {
      file = await open(join(this.path, name), flags);
      const stats = await file.stat();
      if (!stats.isFile()) throw new UnreadableFile('it is no regular file');
      if (stats.size > maxFileBytes) throw new UnreadableFile(tooLarge);
      return await work(file, stats);
    } catch (error) {
      throw error instanceof UnreadableFile ? error : unreadableFile(error);
    } finally {
      await file?.close();
    }
  }
}

/** A pipe is opened without waiting for who writes to it; a link could lead out of the folder. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

const tooLarge = `it has more than ${String(maxFileBytes)} bytes`;

const reasonByCode: Readonly<Record<string, string>> = {
  ENOENT: 'there is no file of that name in the folder localization of GMS_DATA_DIR',
  ELOOP: 'it is a link',
  ENXIO: 'it is no regular file',
  EACCES: 'this server may not read it',
};

function unreadableFile(error: unknown): UnreadableFile {
  const isObject = typeof error === 'object' && error !== null;
  const code = isObject && 'code' in error ? String(error.code) : '';
  return new UnreadableFile(reasonByCode[code] ?? `it cannot be read (${code})`, { cause: error });
}
