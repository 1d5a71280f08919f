import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { folderCircles } from '../../scripts/lib/folder-circles.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'opengms-folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes files that import others, and looks for circles among their folders. */
function circlesOf(imports: Record<string, readonly string[]>): string[] {
  for (const [file, paths] of Object.entries(imports)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), paths.map((path) => `import { x } from '${path}';\n`).join(''));
  }
  return folderCircles(root, Object.keys(imports));
}

it('folders that need each other by way of a third are found, with the files that tie them', () => {
  const circles = circlesOf({
    'src/chat/a.ts': ['../queue/b.js', 'node:fs'],
    'src/queue/b.ts': ['../agents/c.js'],
    'src/agents/c.ts': ['../chat/d.js'],
    'src/chat/d.ts': [],
    'src/voice/e.ts': ['../chat/a.js'],
  });
  expect(circles).toEqual([
    'src/agents, src/chat, src/queue: src/agents/c.ts -> src/chat/d.ts; ' +
      'src/chat/a.ts -> src/queue/b.ts; src/queue/b.ts -> src/agents/c.ts',
  ]);
});

it('a folder may use those below it and be used by them, and a front door or a module ties nothing', () => {
  const circles = circlesOf({
    'src/chat/a.ts': ['./domain/b.js'],
    'src/chat/domain/b.ts': ['../a.js'],
    'src/queue/index.ts': ['../agents/c.js'],
    'src/queue/queue.module.ts': ['../agents/c.js'],
    'src/agents/c.ts': ['../queue/d.js'],
    'src/queue/d.ts': [],
  });
  expect(circles).toEqual([]);
});
