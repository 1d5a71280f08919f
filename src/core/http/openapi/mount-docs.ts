import { NotFoundException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { Express, RequestHandler } from 'express';
import { writeAnswer } from '../answer.js';
import { declareMountedRoutes } from '../route-table.js';
import { buildDocument } from './document.js';

/** What the page at `/docs` asks for; the rest of its package is nobody's business. */
const servedPaths: ReadonlySet<string> = new Set([
  '/',
  '/swagger-ui-init.js',
  '/swagger-ui-bundle.js',
  '/swagger-ui-standalone-preset.js',
  '/swagger-ui.css',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
]);

const requireServedPath: RequestHandler = ({ path }, _response, next) => {
  if (servedPaths.has(path)) next();
  else next(new NotFoundException());
};

/**
 * Serves the OpenAPI document at `/docs-json` and a page to read and try it at `/docs`, all from
 * this host. To be called before the application is initialized. The document is built when
 * somebody asks for it first: until then it takes no memory.
 */
export function mountDocs(app: NestExpressApplication): void {
  app.use('/docs', requireServedPath);
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    raw: false,
    customSiteTitle: 'OpenGMS API',
    swaggerOptions: { validatorUrl: null, docExpansion: 'none' },
  });
  // By ourselves, for the content type and the headers of every other JSON.
  let document: object | undefined;
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/docs-json', (_request, response) => {
    writeAnswer(response, 200, (document ??= buildDocument(app)));
  });
  const access = 'public';
  declareMountedRoutes(
    app,
    { method: 'GET', path: '/docs', handler: 'mountDocs', access },
    { method: 'GET', path: '/docs-json', handler: 'mountDocs', access },
  );
}
