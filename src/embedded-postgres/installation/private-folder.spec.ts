import { afterAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrivateFolder } from './private-folder.js';

describe('a folder for what the database’s account could not reach', () => {
  const folder = mkdtempSync(join(tmpdir(), 'opengms-own-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is made so that others can at most pass through', () => {
    const made = ensurePrivateFolder(join(folder, 'made'));
    expect(statSync(made).mode & 0o066).toBe(0);
    expect(ensurePrivateFolder(made)).toBe(made);
  });

  it('that cannot be made is refused with what to do', () => {
    writeFileSync(join(folder, 'file'), '');
    const way = join(folder, 'file/opengms');
    expect(() => ensurePrivateFolder(way)).toThrow(
      /file\/opengms, which cannot be made \(ENOTDIR\)\. Make it, or set DATABASE_URL/,
    );
    expect(() => ensurePrivateFolder(join(folder, 'absent/opengms'))).toThrow(
      /cannot be made \(ENOENT\)/,
    );
  });

  it('that is a file, or that others can write, is not trusted', () => {
    expect(() => ensurePrivateFolder(join(folder, 'file'))).toThrow(/only this account can write/);
    mkdirSync(join(folder, 'open'));
    chmodSync(join(folder, 'open'), 0o777);
    expect(() => ensurePrivateFolder(join(folder, 'open'))).toThrow(
      /cannot trust it.*GMS_DATA_DIR/,
    );
  });
});
