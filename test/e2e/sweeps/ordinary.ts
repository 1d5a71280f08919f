import { liveExample, livePath, type LiveThings } from './live-things.js';
import type { Route } from './routes.js';
import type { WireRequest } from './wire.js';

export type Header = readonly [name: string, value: string];

export const json = 'application/json';
export const form = 'application/x-www-form-urlencoded';
export const multipart = 'multipart/form-data';

/** A body as the documents show it, ready to be sent. */
export interface ExampleBody {
  /** The media type without parameters. */
  readonly essence: string;
  /** What stands in the Content-Type header. */
  readonly type: string;
  readonly bytes: string;
  /** What the bytes were made of. */
  readonly example: any;
}

/** A request of this route as its documents show it. */
export function ordinary(
  route: Route,
  live: LiveThings,
  headers: readonly Header[] = [],
): WireRequest {
  const { method } = route;
  const target = livePath(route, live);
  const [body] = bodiesOf(route, live);
  if (body === undefined) return { method, target, headers };
  return { method, target, body: body.bytes, headers: [['Content-Type', body.type], ...headers] };
}

/** Every body that the documents show for a route, one for each media type. */
export function bodiesOf(route: Route, live: LiveThings): ExampleBody[] {
  return [...route.bodies].map(([essence, shown]) => {
    const example = liveExample(route, shown, live);
    const type = essence === multipart ? `${multipart}; boundary=XX` : essence;
    return { essence, type, example, bytes: written(essence, example) };
  });
}

/** The bytes of a body of this media type. */
export function written(essence: string, example: any): string {
  if (essence === json) return JSON.stringify(example);
  if (essence === form) return new URLSearchParams(example).toString();
  return essence === multipart ? parts(example) : String(example);
}

function parts(example: Readonly<Record<string, string>>): string {
  const written = Object.entries(example).map(([name, value]) => {
    const file = name === 'FileKey' ? '; filename="a.txt"' : '';
    const head = `Content-Disposition: form-data; name="${name}"${file}`;
    return `--XX\r\n${head}\r\n\r\n${value}\r\n`;
  });
  return `${written.join('')}--XX--\r\n`;
}
