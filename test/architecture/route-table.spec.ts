import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { routeTable } from '../../src/core/http/route-table.js';
import { useTestServer } from '../support/use-servers.js';

/**
 * Every route with who answers it and who may call it, to be read in a review.
 * `UPDATE_ROUTE_TABLE=1 npm test -- route-table` writes it anew.
 */
const file = new URL('route-table.txt', import.meta.url);

const server = useTestServer();

it('the committed route table is what the application answers', async () => {
  const routes = routeTable(server.app);
  const handlerWidth = Math.max(...routes.map(({ handler }) => handler.length));
  const pathWidth = Math.max(...routes.map(({ path }) => path.length));
  const lines = routes
    .sort((a, b) => order(a.path, b.path) || order(a.method, b.method))
    .map(({ method, path, handler, access }) =>
      [method.padEnd(7), path.padEnd(pathWidth), handler.padEnd(handlerWidth), access].join(' '),
    );
  const table = `${lines.join('\n')}\n`;
  if (process.env.UPDATE_ROUTE_TABLE) await writeFile(file, table);
  expect(table).toBe(await readFile(file, 'utf8'));
});

/** By character and not by language, so that every machine sorts alike. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
