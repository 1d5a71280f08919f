import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Header } from 'tar';

/** The first entry of every backup: what it is, so that a restore can refuse before it unpacks anything. */
export const MANIFEST = 'opengms-backup.json';

/** The folder inside a backup that holds PostgreSQL's data folder. */
export const DATA = 'data';

/** The layout that this release writes and reads. */
export const FORMAT = 1;

export interface Manifest {
  kind: 'opengms embedded database';
  /** Of this layout; a reader refuses what it does not know. */
  format: number;
  /** PostgreSQL's major version. */
  postgres: string;
  /** ISO 8601, UTC. */
  created: string;
}

const BLOCK = 512;
const LONGEST_MANIFEST = 4096;

/** Reads what a backup says of itself; throws an Error with one plain sentence when the file is none of ours. */
export async function readManifest(file: string): Promise<Manifest> {
  const start = await firstBytes(file, BLOCK + LONGEST_MANIFEST);
  const manifest = parseManifest(start);
  if (!manifest) throw new Error(`${file} is not a backup made by npm run backup.`);
  if (manifest.format !== FORMAT) {
    throw new Error(
      `${file} is a backup in a newer format (${String(manifest.format)}) than this release can read.`,
    );
  }
  return manifest;
}

function parseManifest(start: Buffer): Manifest | undefined {
  try {
    const header = new Header(start);
    if (!header.cksumValid || header.path !== MANIFEST) return undefined;
    const text = start.toString('utf8', BLOCK, BLOCK + (header.size ?? 0));
    const manifest = JSON.parse(text) as Partial<Manifest>;
    return manifest.kind === 'opengms embedded database' ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** The first bytes of what a compressed file holds; empty when it is not compressed. Rejects when it cannot be read. */
async function firstBytes(file: string, length: number): Promise<Buffer> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= length) break;
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw new Error(`Cannot read ${file} (${code}).`, { cause: error });
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks);
}
