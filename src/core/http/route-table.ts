import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/internal';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { type AccessClass, declaredAccess } from '../identity/index.js';

/** One route that the server answers. */
export interface Route {
  /** As `GET`. */
  readonly method: string;
  /** The declared pattern, as `/genesys/1/storage/:id/:key`. */
  readonly path: string;
  /** Who answers, as `StorageController.queryKey`. */
  readonly handler: string;
  readonly access: AccessClass;
  /** What the OpenAPI document says of a handler that is mounted before Nest. */
  readonly operation?: Readonly<Record<string, unknown>>;
}

/** By the application's server: what answers before Nest's router is asked. */
const mounted = new WeakMap<object, Route[]>();

/** Declares a handler that is mounted before Nest, so that it is in the route table too. */
export function declareMountedRoutes(app: INestApplication, ...routes: Route[]): void {
  const server = serverOf(app);
  mounted.set(server, [...(mounted.get(server) ?? []), ...routes]);
}

/**
 * Every route of the application, sorted by path and method: those of controllers from Nest's own
 * metadata, and those declared by `declareMountedRoutes`.
 * @throws Error when a controller's route declares no access
 */
export function routeTable(app: INestApplication): Route[] {
  const before = mounted.get(serverOf(app)) ?? [];
  const scanner = new MetadataScanner();
  const controllers = [...app.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .map(({ metatype }) => metatype as Type);
  const routes = [...before, ...controllers.flatMap((type) => routesOf(type, scanner))];
  return routes.sort((one, other) => compareTexts(sortKey(one), sortKey(other)));
}

function serverOf(app: INestApplication): object {
  return app.getHttpAdapter().getInstance() as object;
}

function routesOf(controller: Type, scanner: MetadataScanner): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return scanner.getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (handler === undefined) return [];
    const path = Reflect.getMetadata(PATH_METADATA, handler) as Paths | undefined;
    if (path === undefined) return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
    const prefixes = asList(Reflect.getMetadata(PATH_METADATA, controller) as Paths);
    return prefixes.flatMap((prefix) =>
      asList(path).map((end) => ({
        method: RequestMethod[method],
        path: joinPath(prefix, end),
        handler: `${controller.name}.${name}`,
        access: declaredAccess(handler, controller).class,
      })),
    );
  });
}

type Paths = string | readonly string[];

function asList(paths: Paths): readonly string[] {
  return typeof paths === 'string' ? [paths] : paths;
}

function joinPath(...parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.join('/')}`;
}

function sortKey({ path, method }: Route): string {
  return `${path} ${method}`;
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
