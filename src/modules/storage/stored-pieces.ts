import { Injectable } from '@nestjs/common';
import type { UploadedFile } from '../../core/http/body/index.js';
import {
  StorageEntryRepository,
  type StoredFile,
  type StoredText,
} from './storage-entry.repository.js';
import { keyNotFound } from './storage.errors.js';

/** The entries of an area; of a large one the first, and the others as they are asked for. */
export interface StoredEntries {
  readonly first: readonly StoredText[];
  /** Pages of those that follow; undefined when there are none. */
  readonly others: AsyncGenerator<readonly StoredText[], void> | undefined;
}

/** A file; of a large one the beginning, and the rest as it is asked for. */
export interface FileInPieces extends UploadedFile {
  /** Of the whole file, in bytes. */
  readonly length: number;
  /** Pieces of what follows; undefined when nothing does. */
  readonly rest: AsyncGenerator<Buffer, void> | undefined;
}

/**
 * Reads what may be large piece by piece, each with a statement of its own: a client that takes its time
 * holds one piece, and no connection to the database.
 */
@Injectable()
export class StoredPieces {
  constructor(private readonly entries: StorageEntryRepository) {}

  /** The live entries of a live area, by key; undefined when there is no such area for the user. */
  async readAll(areaId: string, user: string | undefined): Promise<StoredEntries | undefined> {
    const page = await this.entries.readPage(areaId, user, '');
    if (page === undefined) return undefined;
    const last = page.hasMore ? page.entries.at(-1)?.key : undefined;
    const others = last === undefined ? undefined : this.pagesAfter(last, areaId, user);
    return { first: page.entries, others };
  }

  /** The file under a key: null when there is none of that name, undefined without the area. */
  async readFile(
    areaId: string,
    user: string | undefined,
    key: string,
  ): Promise<FileInPieces | null | undefined> {
    const file = await this.entries.readFile(areaId, user, key);
    if (!file) return file;
    const { bytes, length, version } = file;
    if (bytes.length === length) return { ...file, rest: undefined };
    return { ...file, rest: this.restOf(bytes.length, { length, version }, areaId, key) };
  }

  private async *pagesAfter(
    key: string,
    areaId: string,
    user: string | undefined,
  ): AsyncGenerator<readonly StoredText[], void> {
    for (let last: string | undefined = key; last !== undefined;) {
      const page = await this.entries.readPage(areaId, user, last);
      if (page === undefined) return;
      last = page.hasMore ? page.entries.at(-1)?.key : undefined;
      yield page.entries;
    }
  }

  /** @throws DomainError KeyNotFound when it was replaced or removed meanwhile */
  private async *restOf(
    offset: number,
    { length, version }: Pick<StoredFile, 'length' | 'version'>,
    areaId: string,
    key: string,
  ): AsyncGenerator<Buffer, void> {
    for (let at = offset; at < length;) {
      const piece = await this.entries.readFilePiece(areaId, key, version, at);
      if (piece === undefined) throw keyNotFound(key);
      at += piece.length;
      yield piece;
    }
  }
}
