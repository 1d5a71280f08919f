import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../../../core/config/index.js';
import type { TenantName } from '../../tenant.js';
import { exportBegunAt, type ExportKind } from '../domain/export-name.js';
import { fileNotFound } from '../maintenance.errors.js';
import { ExportDraft, isPartName } from './export-draft.js';

/** A file as it is listed. */
export interface ExportedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When its export began, ISO 8601. */
  readonly created: string;
}

/** A file that is open for reading; whoever has it closes it. */
export interface OpenedFile {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/** A part that nobody has written to for so long was left behind by a crash, milliseconds. */
const oldPartMs = 3_600_000;

/** Follows no link, and does not wait for what is no file at all. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Exported files, below `GMS_DATA_DIR/exports`: those of the default tenant there, those of another
 * in a folder of its own. Only names that an export can have are ever looked at.
 */
@Injectable()
export class ExportFolder {
  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /** Whole files, the newest first. */
  async list(tenant: TenantName): Promise<ExportedFile[]> {
    const folder = this.pathOf(tenant);
    const files = await Promise.all(
      (await namesIn(folder)).map(async (name): Promise<ExportedFile[]> => {
        const begun = exportBegunAt(name);
        if (begun === undefined) return [];
        const facts = await lstat(join(folder, name)).catch(undefinedIfMissing);
        if (facts?.isFile() !== true) return [];
        return [{ name, size: facts.size, created: begun.toISOString() }];
      }),
    );
    return files.flat().sort((one, other) => (one.name < other.name ? 1 : -1));
  }

  /** @throws DomainError FileNotFound */
  async open(tenant: TenantName, name: string): Promise<OpenedFile> {
    const handle = await open(this.fileOf(tenant, name), openFlags).catch(throwFileNotFound(name));
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) throw fileNotFound(name);
      return { handle, bytes: facts.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws DomainError FileNotFound */
  async remove(tenant: TenantName, name: string): Promise<void> {
    const path = this.fileOf(tenant, name);
    const facts = await lstat(path).catch(throwFileNotFound(name));
    if (!facts.isFile()) throw fileNotFound(name);
    await unlink(path).catch(throwFileNotFound(name));
  }

  /** Begins an export of so many files, which nobody sees before they are whole. */
  async draft<Kind extends ExportKind>(
    tenant: TenantName,
    kinds: readonly Kind[],
  ): Promise<ExportDraft<Kind>> {
    const folder = this.pathOf(tenant);
    // The data folder may have to be open for the account of an embedded database.
    await mkdir(this.environment.dataDir, { recursive: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeOldParts(folder);
    return ExportDraft.begin(folder, kinds);
  }

  private fileOf(tenant: TenantName, name: string): string {
    if (exportBegunAt(name) === undefined) throw fileNotFound(name);
    return join(this.pathOf(tenant), name);
  }

  private pathOf(tenant: TenantName): string {
    const exports = join(this.environment.dataDir, 'exports');
    // A tenant's name may hold anything.
    const digest = createHash('sha256').update(tenant).digest('hex').slice(0, 32);
    return tenant === '' ? exports : join(exports, `tenant-${digest}`);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(undefinedIfMissing)) ?? [];
}

async function removeOldParts(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isPartName)) {
    const path = join(folder, name);
    const facts = await lstat(path).catch(undefinedIfMissing);
    if (facts && Date.now() - facts.mtimeMs > oldPartMs) await rm(path, { force: true });
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** Also a link (ELOOP), or what cannot be opened for reading. */
function throwFileNotFound(name: string): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    const isAbsent =
      code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENXIO';
    throw isAbsent ? fileNotFound(name) : error;
  };
}
