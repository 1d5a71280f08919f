import 'reflect-metadata';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { Module as NestModule } from '@nestjs/core/injector/module.js';
import { dtoClasses } from '../../src/core/dto/index.js';
import { root } from '../support/fixture-tree.js';
import { useTestServer } from '../support/use-servers.js';

type Class = abstract new (...parameters: never[]) => object;

/** Nest's constructor parameters by type, and those named with @Inject. */
const typesKey = 'design:paramtypes';
const namedKey = 'self:paramtypes';
/** What `@Module` leaves on a class. */
const moduleKeys = ['imports', 'providers', 'controllers', 'exports'];

const server = useTestServer();

describe('modules', () => {
  /** By the class that `@Module` stands on. */
  let declared: Map<Class, string>;
  let modules: NestModule[];
  let own: NestModule[];
  let sources: { path: string; text: string }[];

  beforeAll(async () => {
    sources = await readSources();
    declared = await declaredModules(sources.map(({ path }) => path));
    modules = [...server.app.get(ModulesContainer).values()];
    own = modules.filter(({ metatype }) => declared.has(metatype as Class));
  });

  it('every module of src/modules is part of the application', () => {
    const present = new Set(own.map(({ metatype }) => metatype));
    const lacking = [...declared]
      .filter(([module, path]) => path.startsWith('src/modules/') && !present.has(module as never))
      .map(([module, path]) => `${module.name} of ${path}`);
    expect(lacking).toEqual([]);
  });

  it('every folder of src/modules with code in it has a module and a front door', async () => {
    const folders = new Set(
      sources.flatMap(({ path }) => /^src\/modules\/([^/]+)\//.exec(path)?.[1] ?? []),
    );
    const paths = new Set(sources.map(({ path }) => path));
    const lacking = [...folders].filter(
      (name) =>
        !paths.has(`src/modules/${name}/index.ts`) ||
        !paths.has(`src/modules/${name}/${name}.module.ts`),
    );
    expect(lacking).toEqual([]);
  });

  it('a class is provided by one module', () => {
    const providers = own.flatMap((module) => classesOf(module).map((given) => given.name));
    expect(providers.filter((name, at) => providers.indexOf(name) !== at)).toEqual([]);
  });

  it('what a module uses of another one is exported there', () => {
    const faults = own.flatMap((user) =>
      dependenciesOf(user).flatMap(({ by, token }) => {
        const owner = own.find((module) => module !== user && owns(module, token));
        if (owner === undefined || owns(user, token) || owner.exports.has(token as Class))
          return [];
        return [`${by} uses ${nameOf(token)}, which ${owner.name} does not export`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('no constructor takes more than 7 parameters', () => {
    const faults = own
      .flatMap((module) => [...classesOf(module), ...module.controllers.values()])
      .filter(({ metatype }) => parametersOf(metatype as Class).length > 7)
      .map(({ name }) => name);
    expect(faults).toEqual([]);
  });

  it('no two DTO classes have one name: the schema of one would stand for both', () => {
    const names = [...dtoClasses].map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('a parameter that takes a whole body, query or path is of a DTO class', () => {
    const faults = own.flatMap((module) =>
      [...module.controllers.values()].flatMap(({ metatype }) => unreadParameters(metatype)),
    );
    expect(faults).toEqual([]);
  });

  it('nothing waits for something declared later (forwardRef)', () => {
    expect(sources.filter(({ text }) => says(text, 'forwardRef')).map(({ path }) => path)).toEqual(
      [],
    );
  });
});

/** Parameters of handlers that take all of a query or a path into what no plan reads. */
function unreadParameters(controller: unknown): string[] {
  const { prototype, name } = controller as Class;
  return Object.getOwnPropertyNames(prototype).flatMap((method) => {
    const taken = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller as object, method) as
      Record<string, { index: number; data?: unknown; pipes?: unknown[] }> | undefined;
    const types = Reflect.getMetadata(typesKey, prototype, method) as Class[] | undefined;
    return Object.entries(taken ?? {}).flatMap(([key, { index, data }]) => {
      const kind = Number(key.split(':')[0]);
      const isWhole = wholes.has(kind) && data === undefined;
      const isRead = dtoClasses.has(types?.[index] as never);
      const where = `${name}.${method}`;
      return isWhole && !isRead ? [where] : [];
    });
  });
}

const wholes: ReadonlySet<number> = new Set([RouteParamtypes.QUERY, RouteParamtypes.PARAM]);

/** The sources as written, without specs. */
async function readSources(): Promise<{ path: string; text: string }[]> {
  const names = await readdir(join(root, 'src'), { recursive: true });
  const paths = names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`);
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  );
}

/** All classes with `@Module` that the *.module.ts files export. */
async function declaredModules(paths: readonly string[]): Promise<Map<Class, string>> {
  const found = new Map<Class, string>();
  for (const path of paths.filter((name) => name.endsWith('.module.ts'))) {
    const exported = (await import(`../../${path.replace(/ts$/, 'js')}`)) as object;
    for (const value of Object.values(exported)) {
      if (
        typeof value === 'function' &&
        moduleKeys.some((key) => Reflect.hasMetadata(key, value))
      ) {
        found.set(value as Class, path);
      }
    }
  }
  return found;
}

/** What the module provides as a class of its own; Nest itself adds the module and its tools. */
function classesOf(module: NestModule): InstanceWrapper[] {
  return [...module.providers.values()].filter(
    (provider) =>
      provider.token === provider.metatype &&
      provider.metatype !== module.metatype &&
      !fromNest.has(provider.name),
  );
}

const fromNest = new Set(['ModuleRef', 'ApplicationConfig']);

function owns(module: NestModule, token: unknown): boolean {
  return module.providers.has(token as Class) && !fromNest.has(nameOf(token));
}

function dependenciesOf(module: NestModule): { by: string; token: unknown }[] {
  return [...classesOf(module), ...module.controllers.values()].flatMap((user) =>
    parametersOf(user.metatype as Class).map((token) => ({ by: user.name, token })),
  );
}

function parametersOf(target: Class): unknown[] {
  const types = [...((Reflect.getMetadata(typesKey, target) as unknown[] | undefined) ?? [])];
  const named = (Reflect.getMetadata(namedKey, target) ?? []) as {
    index: number;
    param: unknown;
  }[];
  for (const { index, param } of named) types[index] = param;
  return types;
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}

function says(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}
