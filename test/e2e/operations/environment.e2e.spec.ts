import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/core/config/index.js';
import { checkout } from '../../support/embedded-database.js';
import { eventually } from '../../support/eventually.js';
import { npmStart } from '../../support/npm-start.js';
import { useServers } from '../../support/use-servers.js';

// README.md, Environment: `.env`, and secrets by file
const servers = useServers();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), `opengms-test-${process.pid}-`));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function faultsOf(source: Record<string, string>): readonly string[] {
  try {
    readEnvironment(source);
    return [];
  } catch (error) {
    return (error as { faults: string[] }).faults;
  }
}

describe('a secret by file', () => {
  const key = 'k'.repeat(20);

  it('counts as the variable would, without the line break at its end', async () => {
    const database = await servers.database();
    const env = {
      DATABASE_URL_FILE: fileOf('url', `${database.url}\n`),
      GMS_ADMIN_KEY_FILE: fileOf('key', `${key}\r\n`),
    };
    const server = await servers.spawn({ database: 'embedded', env });
    const ask = (value: string) =>
      server.request('GET', '/genesys/1/admin/nodes', {
        headers: { Authorization: `Bearer ${value}` },
      });
    expect((await ask(key)).status).toBe(200);
    expect((await ask(`${key}k`)).status).toBe(401);
    expect(server.output()).not.toContain('embedded database');
    await server.stop();
  });

  it('beside the variable itself is refused, and an empty variable is none', () => {
    const file = fileOf('key', key);
    expect(faultsOf({ GMS_ADMIN_KEY: key, GMS_ADMIN_KEY_FILE: file })).toEqual([
      'GMS_ADMIN_KEY and GMS_ADMIN_KEY_FILE are both set; set one of them',
    ]);
    expect(readEnvironment({ GMS_ADMIN_KEY: '', GMS_ADMIN_KEY_FILE: file }).adminKey).toBe(key);
  });

  it('that cannot be read is one line that names variable, path and reason', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const [path, reason] of [
      [join(folder, 'absent'), 'ENOENT'],
      [folder, 'is not a file'],
      [join(folder, 'pipe'), 'is not a file'],
      ['/dev/zero', 'is not a file'],
      [fileOf('large', Buffer.alloc(65_537, 'k')), 'has more than 65536 bytes'],
      [fileOf('empty', '\n'), 'is empty'],
    ] as const) {
      expect(faultsOf({ DATABASE_URL_FILE: path })).toEqual([
        `DATABASE_URL_FILE takes the path of a file with the secret; ${path}: ${reason}`,
      ]);
    }
  });

  it('with what the variable does not take is refused without its content', () => {
    const faults = faultsOf({ GMS_ADMIN_KEY_FILE: fileOf('key', 'two words of a secret') });
    expect(faults).toEqual([expect.stringMatching(/^GMS_ADMIN_KEY takes a secret of 16 to 255/)]);
    expect(faults.join()).not.toContain('two words');
  });
});

describe('the file .env of a checkout', () => {
  let copy: string;

  beforeAll(() => {
    copy = join(folder, 'checkout');
    const files = ['package.json', 'package-lock.json', '.swcrc', 'ormconfig.ts'];
    for (const name of [...files, 'scripts', 'src', 'migrations', 'dist', 'config', 'web']) {
      const to = join(copy, name);
      cpSync(join(checkout, name), to, { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  });

  it('is read by npm start, and the environment wins over it', async () => {
    const database = await servers.database();
    writeFileSync(
      join(copy, '.env'),
      `# of this machine\nPORT=0\nexport DATABASE_URL="${database.url}"\nGMS_NODE_ID=of-the-file\nGMS_SWEEP_INTERVAL_MS='soon'\n`,
    );
    const env = { GMS_NODE_ID: 'of-the-environment', GMS_SWEEP_INTERVAL_MS: '' };
    const run = npmStart(copy, copy, env);
    await eventually(() => expect(run.output()).toContain('"listening"'), 60_000);
    run.signal('SIGTERM');
    await run.gone();
    expect(run.output()).toContain('"node":"of-the-environment"');
    expect(run.output()).not.toContain('embedded database');
  });

  it('with lines that are no variables stops the start, each named', async () => {
    writeFileSync(join(copy, '.env'), 'PORT 8080\nA="one\ntwo"\n\n8080\nB="open\n');
    const run = npmStart(copy, copy, {});
    await run.gone();
    expect(run.output()).toContain(
      [
        'OpenGMS cannot start:',
        '.env, line 1: takes NAME=value, or a comment that begins with #',
        '.env, line 5: takes NAME=value, or a comment that begins with #',
        '.env, line 6: the value has no closing "',
      ].join('\n'),
    );
  });
});
