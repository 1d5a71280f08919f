import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { installationFolder } from '../../core/config/index.js';
import { declareMounted } from '../../core/http/route-table.js';

const prefix = '/genesys/resources';

/**
 * Serves the pages on which the calls can be tried in a browser, `/genesys/resources/…`
 * (service-api-8.5 and storage examples name them as their Referer).
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
  declareMounted(app, { method: 'GET', path, handler: 'mountTestPages', access: 'public' });
}
