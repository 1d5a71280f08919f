import { readFileSync } from 'node:fs';
import type { RunningServer } from '../../support/test-server.js';

type Calls = Pick<RunningServer, 'request'>;

/** A parameter of a path or a query, with a value that makes sense. */
export interface Parameter {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly example: string;
}

/** One route that the server answers, as its own documents tell of it. */
export interface Route {
  readonly method: string;
  /** With its parameters as `{id}`. */
  readonly path: string;
  readonly isInternal: boolean;
  readonly parameters: readonly Parameter[];
  /** By media type: an example of the body. */
  readonly bodies: ReadonlyMap<string, unknown>;
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** Whether malformed JSON is answered 500 InvalidBody here, as the documents say. */
export const documentsMalformedAs500 = ({ path }: Route): boolean =>
  path.startsWith('/genesys/1/service/');

const table = new URL('../../architecture/route-table.txt', import.meta.url);

/**
 * Every route of a running server: those of its `/docs-json`, and of the route table those that are
 * mounted before Nest and described nowhere. A new route is among them without anybody adding it.
 */
export async function routesOf(server: Calls): Promise<Route[]> {
  const { json: document } = await server.request('GET', '/docs-json');
  const described = new Map<string, Route>();
  for (const [path, item] of Object.entries<Record<string, any>>(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const route = routeOf(method.toUpperCase(), path, operation);
      described.set(nameOf(route), route);
    }
  }
  const mounted = readFileSync(table, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .map(([method = '', path = '', , access]) => ({
      ...routeOf(method, path.replaceAll(/[:*](\w+)/g, '{$1}'), {}),
      isInternal: access === 'internal',
    }))
    .filter((route) => !described.has(nameOf(route)));
  return [...described.values(), ...mounted];
}

function routeOf(method: string, path: string, operation: any): Route {
  const named: any[] = operation.parameters ?? [];
  const parameters: Parameter[] = named
    .filter(({ in: place }) => place === 'path' || place === 'query')
    .map(({ in: place, name, schema }) => ({ in: place, name, example: String(schema.example) }));
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    if (!parameters.some((known) => known.name === name)) {
      parameters.push({ in: 'path', name, example: 'servicetest.html' });
    }
  }
  const content = Object.entries<any>(operation.requestBody?.content ?? {});
  return {
    ...{ method, path, parameters },
    isInternal: operation.security !== undefined,
    bodies: new Map(content.map(([type, { example }]) => [type, example])),
  };
}

/** The path of a route with its parameters filled in; what is given is not encoded any further. */
export function filled(route: Route, values: Readonly<Record<string, string>> = {}): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const example = route.parameters.find((one) => one.in === 'path' && one.name === name)?.example;
    return values[name] ?? encodeURIComponent(example ?? 'unknown');
  });
}
