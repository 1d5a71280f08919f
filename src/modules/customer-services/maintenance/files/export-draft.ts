import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportBegunAt, type ExportKind, exportName } from '../domain/export-name.js';

/**
 * So many bytes are brought to the disk at a time. Left to the end, a gigabyte kept PostgreSQL's own
 * writes waiting for 29 s (bench, customer-maintenance).
 */
const syncBytes = 4 * 1024 * 1024;

const partForm = /^\.(.+)\.part$/;

/** Whether a file is one that an export has not finished. */
export function isPartName(name: string): boolean {
  const [, whole = ''] = partForm.exec(name) ?? [];
  return exportBegunAt(whole) !== undefined;
}

interface Part {
  readonly name: string;
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes that may not be on the disk yet. */
  unsynced: number;
}

/**
 * The files of one export while they are written, under hidden names. Whoever has made the first
 * hidden file of a moment has that moment's names to itself, on all nodes that share the folder.
 */
export class ExportDraft<Kind extends ExportKind> {
  private readonly parts = new Map<Kind, Part>();

  private constructor(private readonly folder: string) {}

  /** Takes the names of the first moment from now that is free. */
  static async begin<Kind extends ExportKind>(
    folder: string,
    kinds: readonly Kind[],
  ): Promise<ExportDraft<Kind>> {
    for (let at = Date.now(); ; at++) {
      const draft = new ExportDraft<Kind>(folder);
      if (await draft.tryReserveNames(kinds, new Date(at))) return draft;
    }
  }

  async write(kind: Kind, text: string): Promise<void> {
    const part = this.partOf(kind);
    await part.handle.appendFile(text);
    part.unsynced += Buffer.byteLength(text);
    if (part.unsynced < syncBytes) return;
    await part.handle.datasync();
    part.unsynced = 0;
  }

  /**
   * Brings the files to the disk and gives them their names.
   * @returns the names, in the order of the kinds
   */
  async publish(): Promise<string[]> {
    const parts = [...this.parts.values()];
    for (const { handle } of parts) await handle.sync();
    for (const { name, path } of parts) await rename(path, join(this.folder, name));
    await syncFolder(this.folder);
    for (const { handle } of parts) await handle.close();
    return parts.map(({ name }) => name);
  }

  /** Leaves nothing of the export, also of one that has been published in part. */
  async discard(): Promise<void> {
    for (const { name, path, handle } of this.parts.values()) {
      // On some file systems closing tells of what could not be written.
      await handle.close().catch(() => undefined);
      await rm(path, { force: true });
      await rm(join(this.folder, name), { force: true });
    }
  }

  private async tryReserveNames(kinds: readonly Kind[], begun: Date): Promise<boolean> {
    try {
      for (const kind of kinds) {
        if (await this.reserveName(kind, exportName(begun, kind))) continue;
        await this.releaseNames();
        return false;
      }
      return true;
    } catch (error) {
      await this.releaseNames();
      throw error;
    }
  }

  /** While the hidden name is ours nobody else makes a file of the name. */
  private async reserveName(kind: Kind, name: string): Promise<boolean> {
    const path = join(this.folder, `.${name}.part`);
    const handle = await open(path, 'wx', 0o600).catch(undefinedIfExists);
    if (handle === undefined) return false;
    this.parts.set(kind, { name, path, handle, unsynced: 0 });
    return !(await exists(join(this.folder, name)));
  }

  /** Gives the hidden names back; files of the names are others'. */
  private async releaseNames(): Promise<void> {
    for (const { path, handle } of this.parts.values()) {
      await handle.close();
      await rm(path, { force: true });
    }
  }

  private partOf(kind: Kind): Part {
    const found = this.parts.get(kind);
    if (found === undefined) throw new Error(`the export has no ${kind}`);
    return found;
  }
}

function undefinedIfExists(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Names are on the disk when their folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
