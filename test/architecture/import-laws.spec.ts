import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root, runForJson, withTree } from '../support/fixture-tree.js';

const config = join(root, '.dependency-cruiser.cjs');

/** For each rule a file that breaks it, by the imports it has; every target is made as well. */
const offences: Record<string, { file: string; imports: string }> = {
  'module-is-on-the-ladder': {
    file: 'src/app.module.ts',
    imports: './modules/unheard-of/index.js',
  },
  'module-by-its-front-door': {
    file: 'src/modules/storage/storage.service.ts',
    imports: '../edge/user.js',
  },
  'front-door-from-outside': {
    file: 'src/commands/backup.main.ts',
    imports: '../modules/edge/user.js',
  },
  'core-knows-no-module': {
    file: 'src/core/http/filter.ts',
    imports: '../../modules/edge/index.js',
  },
  'composition-sees-every-module': { file: 'src/main.ts', imports: './modules/edge/index.js' },
  'nobody-imports-the-composition': {
    file: 'src/modules/node/status.ts',
    imports: '../../app.module.js',
  },
  'sql-in-repositories-only': { file: 'src/modules/edge/edge.service.ts', imports: 'typeorm' },
  'controllers-see-no-data-layer': {
    file: 'src/modules/edge/edge.controller.ts',
    imports: './edge.repository.js',
  },
  'entities-stay-in-the-data-layer': {
    file: 'src/modules/edge/edge.mapper.ts',
    imports: './edge.entity.js',
  },
  'validation-libraries-in-core-dto-only': {
    file: 'src/modules/storage/storage.dto.ts',
    imports: 'class-validator',
  },
  'domain-without-frameworks': {
    file: 'src/modules/edge/domain/rule.ts',
    imports: '@nestjs/common',
  },
  'domain-looks-at-no-shell': {
    file: 'src/modules/cometd/protocol/frame.ts',
    imports: '../cometd.service.js',
  },
  'migrations-stand-alone': { file: 'migrations/1-CreateThing.ts', imports: '../src/core/x.js' },
  'src-imports-no-test': { file: 'src/core/fake.ts', imports: '../../test/support/x.js' },
  'specs-import-support-only': { file: 'src/core/x.spec.ts', imports: '../../test/e2e/x.js' },
  'no-dev-dependency-in-src': { file: 'src/core/dev.ts', imports: 'jest' },
  'no-undeclared-dependency': { file: 'src/core/stray.ts', imports: 'stray' },
  resolvable: { file: 'src/core/lost.ts', imports: './nowhere.js' },
  'threads-load-little': {
    file: 'src/modules/options/yaml/yaml.worker.ts',
    imports: '@nestjs/common',
  },
  'no-cycles': { file: 'src/core/circle-a.ts', imports: './circle-b.js' },
};

/** What the laws allow; a rule that refuses one of these is too wide. */
const allowed: { file: string; imports: string }[] = [
  { file: 'src/app.module.ts', imports: './modules/storage/index.js' },
  { file: 'src/application.ts', imports: './modules/edge/index.js' },
  { file: 'src/modules/storage/storage.controller.ts', imports: '../edge/index.js' },
  { file: 'src/modules/storage/storage.module.ts', imports: '@nestjs/typeorm' },
  { file: 'src/modules/storage/storage.repository.ts', imports: 'typeorm' },
  { file: 'src/modules/storage/storage.repository.ts', imports: './storage.entity.js' },
  { file: 'src/core/dto/declare.ts', imports: 'class-transformer' },
  { file: 'src/core/database/database.ts', imports: 'pg' },
  { file: 'src/core/outbox/outbox.repository.ts', imports: 'typeorm' },
  { file: 'src/core/http/types.ts', imports: 'type express' },
  { file: 'src/modules/storage/domain/ttl.spec.ts', imports: 'jest' },
  { file: 'src/modules/storage/domain/ttl.spec.ts', imports: '../../../../test/support/x.js' },
  { file: 'migrations/2-CreateOther.ts', imports: 'typeorm' },
];

const dependencies = [
  ...['typeorm', '@nestjs/typeorm', '@nestjs/common', 'pg'],
  ...['class-validator', 'class-transformer'],
];
const devDependencies = ['jest'];
const undeclared = ['stray', 'express'];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

describe('import laws', () => {
  const { forbidden } = createRequire(import.meta.url)(config) as {
    forbidden: { name: string; comment?: string }[];
  };
  const ladderRules = forbidden.filter(({ name }) => name.startsWith('ladder-'));
  let violations: Violation[];

  beforeAll(async () => {
    const cruise = ['--config', config, '--output-type', 'json', 'src', 'migrations'];
    const report = await withTree(tree(), (folder) =>
      runForJson(folder, 'dependency-cruiser/bin/dependency-cruise.mjs', cruise),
    );
    violations = report.summary.violations;
  });

  it('has an offence for every rule', () => {
    const others = forbidden.filter((rule) => !ladderRules.includes(rule));
    expect(others.map(({ name }) => name).sort()).toEqual(Object.keys(offences).sort());
  });

  it.each(Object.entries(offences))('%s refuses what it is for', (name, { file }) => {
    expect(violations).toContainEqual(
      expect.objectContaining({ rule: expect.objectContaining({ name }), from: file }),
    );
  });

  it.each(ladderRules)('$name refuses a look down at the next rung', ({ name }) => {
    const file = `src/modules/${name.slice('ladder-'.length)}/down.ts`;
    expect(violations).toContainEqual(
      expect.objectContaining({ rule: expect.objectContaining({ name }), from: file }),
    );
  });

  it('refuses nothing else', () => {
    const offenders = Object.values(offences).map(({ file }) => file);
    const others = violations.filter(({ from }) => !offenders.includes(from));
    expect(others.filter(({ from }) => !from.endsWith('/down.ts'))).toEqual([]);
  });

  function tree(): Record<string, string> {
    const files: Record<string, string> = {
      'package.json': JSON.stringify({
        type: 'module',
        dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])),
        devDependencies: Object.fromEntries(devDependencies.map((name) => [name, '1.0.0'])),
      }),
      'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'nodenext' } }),
      'src/core/circle-b.ts': "import './circle-a.js';\n",
      'test/e2e/x.ts': '',
    };
    for (const name of [...dependencies, ...devDependencies, ...undeclared]) {
      files[`node_modules/${name}/package.json`] = JSON.stringify({ name, main: 'index.js' });
      files[`node_modules/${name}/index.js`] = '';
    }
    for (const { file, imports } of [...Object.values(offences), ...allowed, ...looksDown()]) {
      files[file] = (files[file] ?? '') + importOf(imports);
      const target = new URL(imports, `file:///${file}`).pathname.slice(1).replace(/js$/, 'ts');
      const exists = imports.startsWith('.') && !imports.includes('nowhere');
      if (exists) files[target] ??= '';
    }
    return files;
  }

  /** Each module imports the next one on the ladder. */
  function looksDown(): { file: string; imports: string }[] {
    const names = ladderRules.map(({ name }) => name.slice('ladder-'.length));
    return names.map((name, rung) => ({
      file: `src/modules/${name}/down.ts`,
      imports: `../${names[rung + 1] ?? 'console'}/index.js`,
    }));
  }
});

function importOf(words: string): string {
  const type = /^type (.+)/.exec(words);
  return type ? `import type { X } from '${type[1]}';\n` : `import '${words}';\n`;
}
