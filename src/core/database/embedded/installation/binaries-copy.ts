import { randomBytes } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a folder of programs so that everybody can read and run the copy but only we can write it. A complete copy
 * is kept, one with missing files (a cleaner of /var/tmp) is replaced. Links are left out. Returns whether it copied.
 */
export async function copyBinaries(from: string, to: string): Promise<boolean> {
  if (await isComplete(from, to)) return false;
  const mark = randomBytes(6).toString('hex');
  const draft = `${to}.new-${mark}`;
  const old = `${to}.old-${mark}`;
  try {
    await copyFolder(from, draft);
    await rename(to, old).catch(ignoreMissing);
    await rename(draft, to);
  } catch (error) {
    // Another process was faster; its copy serves as well.
    if (!(await isComplete(from, to))) throw error;
  } finally {
    await Promise.all([draft, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
  return true;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (entry.isFile()) await copyProgram(source, target);
  }
}

async function copyProgram(source: string, target: string): Promise<void> {
  const { mode } = await stat(source);
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, mode & 0o100 ? 0o755 : 0o644);
}

async function isComplete(from: string, to: string): Promise<boolean> {
  const entries: Dirent[] = await readdir(from, { withFileTypes: true });
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && !(await isComplete(source, target))) return false;
    if (entry.isFile() && !(await sameSize(source, target))) return false;
  }
  return true;
}

async function sameSize(source: string, target: string): Promise<boolean> {
  const copy = await stat(target).catch(() => undefined);
  return copy !== undefined && copy.size === (await stat(source)).size;
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
