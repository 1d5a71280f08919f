import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import type { Express } from 'express';
import { installationFolder, version } from '../../core/config/index.js';
import { declareMountedRoutes } from '../../core/http/route-table.js';

const prefix = '/genesys/resources';

/**
 * Serves the pages on which the calls can be tried in a browser, `/genesys/resources/…`
 * (docs/compatibility.md, Health, metrics, documentation, pages).
 */
export function mountTestPages(app: NestExpressApplication): void {
  const pages = express.static(join(installationFolder, 'web', 'resources'), {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response) => {
      response.setHeader('Cache-Control', 'no-cache');
    },
  });
  app.use(prefix, pages);
  const path = `${prefix}/*file`;
  declareMountedRoutes(app, { method: 'GET', path, handler: 'mountTestPages', access: 'public' });
}

/**
 * Serves `/`, a page for people: what this server is, and where to go on (docs/compatibility.md,
 * Health, metrics, documentation, pages). Its links are relative, for proxies that have the server
 * below a path.
 */
export function mountFrontPage(app: NestExpressApplication): void {
  const file = join(installationFolder, 'web', 'front.html');
  const page = readFileSync(file, 'utf8').replace('{version}', version);
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/', (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(page);
  });
  declareMountedRoutes(app, {
    method: 'GET',
    path: '/',
    handler: 'mountFrontPage',
    access: 'public',
  });
}
