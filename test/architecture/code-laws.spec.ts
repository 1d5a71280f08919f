import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root, runForJson, withTree } from '../support/fixture-tree.js';

interface Law {
  readonly rule: string;
  /** A part of the message, where one rule keeps several laws. */
  readonly says?: string;
  readonly warns?: boolean;
  readonly file: string;
  readonly code: string;
}

const service = 'src/modules/edge/edge.service.ts';
const transaction = `
  declare class Work { run(work: () => Promise<unknown>): Promise<unknown> }
  export class Use {
    constructor(private readonly unitOfWork: Work) {}
    twoAtOnce(a: Promise<void>, b: Promise<void>) {
      return this.unitOfWork.run(() => Promise.all([a, b]));
    }
  }`;

const laws: Record<string, Law> = {
  'a promise left alone': {
    rule: '@typescript-eslint/no-floating-promises',
    file: service,
    code: 'export function f(p: Promise<void>) { p; }',
  },
  'a promise where none is waited for': {
    rule: '@typescript-eslint/no-misused-promises',
    file: service,
    code: 'export function f(p: Promise<boolean>) { return p ? 1 : 2; }',
  },
  'a switch that forgets a case': {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    file: service,
    code: "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } return 2; }",
  },
  any: {
    rule: '@typescript-eslint/no-explicit-any',
    file: service,
    code: 'export const f = (x: any): unknown => x;',
  },
  'a type imported as a value': {
    rule: '@typescript-eslint/consistent-type-imports',
    file: service,
    code: "import { Stats } from 'node:fs';\nexport const f = (x: Stats): number => x.size;",
  },
  'eight parameters': {
    rule: '@typescript-eslint/max-params',
    file: service,
    code: `export class C { constructor(${[...'abcdefgh'].map((name) => `readonly ${name}: string`).join(', ')}) {} }`,
  },
  'a file over 300 lines': {
    ...{ rule: 'max-lines', warns: true, file: service },
    code: `${'\n'.repeat(301)}export const x = 1;`,
  },
  'a file over 500 lines': {
    ...{ rule: 'hard/max-lines', file: service },
    code: `${'\n'.repeat(501)}export const x = 1;`,
  },
  'a function over 50 lines': {
    ...{ rule: 'max-lines-per-function', warns: true, file: service },
    code: `export function f() {${'\n'.repeat(51)} return 1; }`,
  },
  'a function over 80 lines': {
    ...{ rule: 'hard/max-lines-per-function', file: service },
    code: `export function f() {${'\n'.repeat(81)} return 1; }`,
  },
  forwardRef: {
    ...{ rule: 'no-restricted-syntax', says: 'forwardRef', file: service },
    code: "import { forwardRef } from '@nestjs/common';\nexport const x = forwardRef(() => 1);",
  },
  'process.env outside the configuration': {
    ...{ rule: 'no-restricted-syntax', says: 'environment', file: service },
    code: 'export const port = process.env.PORT;',
  },
  'the environment by import': {
    ...{ rule: 'no-restricted-imports', file: service },
    code: "import { env } from 'node:process';\nexport const port = env.PORT;",
  },
  'a body that is read without its class': {
    ...{ rule: 'no-restricted-imports', says: 'DTO classes' },
    file: 'src/modules/storage/storage.controller.ts',
    code: "import { readJson } from '../../core/http/body/index.js';\nexport const f = readJson;",
  },
  'a schema of another library in place of a class': {
    ...{ rule: 'no-restricted-imports', says: 'DTO classes' },
    file: 'src/modules/storage/storage.dto.ts',
    code: "import { z } from 'zod';\nexport const body = z.object({});",
  },
  'a DTO class that refuses by itself': {
    ...{ rule: 'no-restricted-imports', says: 'DTO classes' },
    file: 'src/modules/storage/storage-key.dto.ts',
    code: "import { invalidParameter } from '../../core/errors/index.js';\nexport const f = invalidParameter;",
  },
  'a service asked of the application': {
    ...{ rule: 'no-restricted-syntax', says: 'No service locator', file: service },
    code: 'export const f = (app: Map<string, number>) => app.get("thing");',
  },
  'a service asked of a module': {
    ...{ rule: 'no-restricted-syntax', says: 'No service locator', file: service },
    code: "import { ModuleRef } from '@nestjs/core';\nexport const f = (x: ModuleRef) => x;",
  },
  'Math.random': {
    ...{ rule: 'no-restricted-syntax', says: 'Math.random', file: service },
    code: 'export const x = Math.random();',
  },
  'statements at once in a unit of work': {
    ...{ rule: 'no-restricted-syntax', says: 'One transaction', file: service },
    code: transaction,
  },
  'statements at once in a repository': {
    ...{ rule: 'no-restricted-syntax', says: 'One transaction' },
    file: 'src/modules/edge/edge.repository.ts',
    code: 'export const f = (p: Promise<void>) => Promise.all([p, p]);',
  },
  'the clock in domain': {
    ...{ rule: 'no-restricted-syntax', says: 'Time comes in' },
    file: 'src/modules/edge/domain/rule.ts',
    code: 'export const f = () => new Date();',
  },
  'Date.now in protocol': {
    ...{ rule: 'no-restricted-syntax', says: 'Time comes in' },
    file: 'src/modules/cometd/protocol/frame.ts',
    code: 'export const f = () => Date.now();',
  },
  'ids in scxml': {
    ...{ rule: 'no-restricted-syntax', says: 'ids come in' },
    file: 'src/modules/orchestration/scxml/engine.ts',
    code: "import { randomUUID } from 'node:crypto';\nexport const f = () => randomUUID();",
  },
  'a cascade': {
    ...{ rule: 'no-restricted-syntax', says: 'columns only' },
    file: 'src/modules/edge/edge.entity.ts',
    code: 'export const relation = { cascade: true };',
  },
};

/** What the laws allow; a law that refuses one of these is too wide. */
const allowed: Record<string, string> = {
  'src/application.ts': 'export const f = (app: Map<string, number>) => app.get("thing");\n',
  'src/core/config/environment.ts': 'export const port = process.env.PORT;\n',
  'src/modules/edge/domain/ttl.ts':
    'export const end = (now: Date, s: number) => new Date(now.getTime() + s);\n',
  'src/modules/edge/edge.guard.ts':
    'export const f = (p: Promise<void>) => Promise.all([p, p]);\nexport const d = new Date();\n',
  // Nest reads the constructor's types at run time: an injected class must stay a value.
  'src/modules/edge/edge.controller.ts': [
    "import { Controller } from '@nestjs/common';",
    "import { EdgeThing } from './edge-thing.js';",
    '@Controller()',
    'export class EdgeController {',
    '  constructor(readonly thing: EdgeThing) {}',
    '}',
    '',
  ].join('\n'),
  'src/modules/edge/edge-thing.ts': "export class EdgeThing {\n  name = 'x';\n}\n",
};

interface FileReport {
  readonly filePath: string;
  readonly messages: { ruleId: string | null; message: string; severity: number }[];
}

describe('code laws', () => {
  let reports: FileReport[];
  const paths = new Map(Object.entries(laws).map(([name, law], at) => [name, pathOf(law, at)]));

  beforeAll(async () => {
    const files: Record<string, string> = { ...allowed, 'tsconfig.json': tsconfig };
    for (const [name, { code }] of Object.entries(laws)) files[paths.get(name)!] = `${code}\n`;
    const lint = ['--config', join(root, 'eslint.config.mjs'), '--format', 'json', 'src'];
    reports = await withTree(files, async (folder) => {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      return runForJson(folder, 'eslint/bin/eslint.js', lint);
    });
  });

  it.each(Object.entries(laws))('%s is refused', (name, { rule, says = '', warns }) => {
    const messages = messagesOf(paths.get(name)!).filter(({ ruleId }) => ruleId === rule);
    expect(messages.map(({ message }) => message).join('\n')).toContain(says);
    expect(messages.map(({ severity }) => severity)).toContain(warns ? 1 : 2);
  });

  it.each(Object.keys(allowed))('%s is fine', (path) => {
    expect(messagesOf(path)).toEqual([]);
  });

  function messagesOf(path: string): FileReport['messages'] {
    const report = reports.find(({ filePath }) => filePath.endsWith(`/${path}`));
    if (report === undefined) throw new Error(`eslint did not look at ${path}`);
    return report.messages;
  }

  /** Each law has a folder of its own, so that two may be about files of one name. */
  function pathOf({ file }: Law, at: number): string {
    const cut = file.lastIndexOf('/') + 1;
    return `${file.slice(0, cut)}law-${at}/${file.slice(cut)}`;
  }
});

const tsconfig = JSON.stringify({
  extends: join(root, 'tsconfig.json'),
  compilerOptions: { rootDir: '.' },
  include: ['src'],
});
