import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';
import { installationFolder, version } from '../../core/config/index.js';
import { declareMounted } from '../../core/http/route-table.js';

/**
 * Serves `/`, a page for people: what this server is, and where to go on (contract: operations.md).
 * Its links are relative, for proxies that have the server below a path.
 */
export function mountFrontPage(app: NestExpressApplication): void {
  const file = join(installationFolder, 'web', 'front.html');
  const page = readFileSync(file, 'utf8').replace('{version}', version);
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/', (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(page);
  });
  declareMounted(app, { method: 'GET', path: '/', handler: 'mountFrontPage', access: 'public' });
}
