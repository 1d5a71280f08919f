import { describe, expect, it } from '@jest/globals';
import { routeTable } from '../../../src/core/http/route-table.js';
import { openApiDocument } from '../../../src/commands/openapi.main.js';
import { useTestServer } from '../../support/use-servers.js';

// issue 2: OpenAPI at /docs and /docs-json with examples for every operation
const server = useTestServer();

const templated = (path: string) => path.replaceAll(/:(\w+)/g, '{$1}');

/** Every operation of a document with its name, as `GET /genesys/1/node`. */
function operationsOf(document: any): [string, any][] {
  return Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, operation]): [string, any] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

// docs/compatibility.md, Health, metrics, documentation, pages: `/` is a page for people
describe('/', () => {
  it('says what this server is and links, below any path of a proxy, to what answers', async () => {
    const page = await server.request('GET', '/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const { json: own } = await server.request('GET', '/genesys/1/admin/node');
    expect(page.text).toContain(`Version ${own.version}.`);
    const targets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target!);
    const links = targets.filter((target) => target !== 'data:,');
    expect(links.length).toBeGreaterThan(6);
    for (const link of links) {
      expect(link).toMatch(/^[a-z0-9]/);
      expect([link, (await server.request('GET', `/${link}`)).status]).toEqual([link, 200]);
    }
    const docs = await server.request('GET', '/docs');
    expect(page.headers['content-security-policy']).toBe(docs.headers['content-security-policy']);
    expect(page.headers['x-frame-options']).toBe('DENY');
  });

  it('answers HEAD, and only reading', async () => {
    const head = await server.request('HEAD', '/?from=somewhere');
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await server.request('POST', '/')).status).toBe(404);
  });
});

describe('/docs', () => {
  it('is a page with all it needs from this server alone', async () => {
    const page = await server.request('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    const files = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(
      ([, file]) => file!,
    );
    expect(files).toContain('./docs/swagger-ui-bundle.js');
    for (const file of files) {
      expect(file).toMatch(/^\.\/docs\//);
      const answer = await server.request('GET', file.slice(1));
      expect(answer.status).toBe(200);
    }
    expect(page.text.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:/);
  });

  it.each([
    'package.json',
    '%70ackage.json',
    'README.md',
    'LICENSE',
    'NOTICE',
    'absolute-path.js',
    'index.js',
    'swagger-initializer.js',
    'swagger-ui.js',
    'swagger-ui-bundle.js.map',
    'oauth2-redirect.html',
    './package.json',
    'docs/swagger-ui-init.js',
  ])('has no /docs/%s: only what the page needs', async (file) => {
    const answer = await server.rawRequest(
      `GET /docs/${file} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('RouteNotFound')]);
  });

  it('has no validator of somebody else', async () => {
    const script = await server.request('GET', '/docs/swagger-ui-init.js');
    expect(script.text).toContain('"validatorUrl": null');
  });
});

describe('/docs-json', () => {
  it('is JSON like that of every other answer', async () => {
    const { headers } = await server.request('GET', '/docs-json');
    expect(headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(headers['cache-control']).toBe('no-cache, no-store');
  });

  it('describes every route that is not a page, and no other', async () => {
    const { json: document } = await server.request('GET', '/docs-json');
    const described = operationsOf(document).map(([name]) => name);
    const routes = routeTable(server.app)
      .filter(({ handler, operation }) => handler.includes('.') || operation !== undefined)
      .map(({ method, path }) => `${method} ${templated(path)}`);
    expect(described.toSorted()).toEqual(routes.toSorted());
  });

  it('is the same as the one that is built without a database', async () => {
    const { json: document } = await server.request('GET', '/docs-json');
    expect(JSON.parse(JSON.stringify(await openApiDocument()))).toEqual(document);
  });

  it('has a summary, a section and examples of parameters, bodies and answers', async () => {
    const { json: document } = await server.request('GET', '/docs-json');
    const faults = operationsOf(document).flatMap(([name, operation]) => {
      const missing = [];
      if (!operation.summary) missing.push('summary');
      if (!operation.description) missing.push('section');
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'header') continue;
        if (parameter.schema?.example === undefined) missing.push(`example of ${parameter.name}`);
      }
      const answers = Object.entries<any>(operation.responses);
      const bodies = [...answers, ['body', operation.requestBody ?? {}] as const];
      for (const [of, { content = {} }] of bodies) {
        for (const [type, media] of Object.entries<any>(content)) {
          const isBinary = media.schema?.format === 'binary';
          if (!isBinary && media.example === undefined && media.examples === undefined) {
            missing.push(`example of ${of} as ${type}`);
          }
        }
      }
      return missing.map((what) => `${name}: ${what}`);
    });
    expect(faults).toEqual([]);
  });

  it('marks internal operations, and only those', async () => {
    const { json: document } = await server.request('GET', '/docs-json');
    const marked = operationsOf(document).filter(([, operation]) => operation.security);
    const internal = routeTable(server.app)
      .filter(({ access }) => access === 'internal')
      .map(({ method, path }) => `${method} ${templated(path)}`);
    expect(marked.map(([name]) => name).toSorted()).toEqual(internal.toSorted());
  });
});

describe('the route table', () => {
  it('is sorted, and has what is mounted before Nest too', () => {
    const routes = routeTable(server.app);
    const names = routes.map(({ path, method }) => `${path} ${method}`);
    expect(names).toEqual(names.toSorted());
    expect(routes).toContainEqual({
      method: 'POST',
      path: '/genesys/1/admin/node/changestatus/:status',
      handler: 'NodeController.changeStatus',
      access: 'internal',
    });
    expect(routes).toContainEqual({
      method: 'GET',
      path: '/docs-json',
      handler: 'mountDocs',
      access: 'public',
    });
  });
});
