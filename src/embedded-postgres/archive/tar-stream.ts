import { Header } from 'tar';

/** One folder or file of an archive; a folder has no content. */
export interface ArchiveEntry {
  /** Relative, with forward slashes. */
  path: string;
  kind: 'Directory' | 'File';
  /** Bytes that `content` will yield. */
  size: number;
  content?: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const BLOCK = 512;

/**
 * The entries as a tar archive. Written here because the library reads files by name and gives up on one that shrinks
 * meanwhile, which the files of a running server do.
 */
export async function* tarStream(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  for await (const entry of entries) {
    yield headerOf(entry);
    if (entry.content) yield* entry.content;
    const rest = entry.size % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** An entry with a text known in full. */
export function textEntry(path: string, text: string): ArchiveEntry {
  const bytes = Buffer.from(text);
  return { path, kind: 'File', size: bytes.length, content: [bytes] };
}

function headerOf({ path, kind, size }: ArchiveEntry): Buffer {
  const mode = kind === 'Directory' ? 0o700 : 0o600;
  const header = new Header({ path, type: kind, mode, size, mtime: new Date() });
  const block = Buffer.alloc(BLOCK);
  if (header.encode(block)) throw new Error(`${path} does not fit into a tar archive.`);
  return block;
}
