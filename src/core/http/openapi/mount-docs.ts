import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { declareMounted } from '../route-table.js';
import { buildDocument } from './document.js';

/**
 * Serves the OpenAPI document at `/docs-json` and a page to read and try it at `/docs`, all from
 * this host. To be called before the application is initialized. The document is built when
 * somebody asks for it first: until then it takes no memory.
 */
export function mountDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    raw: ['json'],
    customSiteTitle: 'OpenGMS API',
    swaggerOptions: { validatorUrl: null, docExpansion: 'none' },
  });
  const access = 'public';
  declareMounted(
    app,
    { method: 'GET', path: '/docs', handler: 'mountDocs', access },
    { method: 'GET', path: '/docs-json', handler: 'mountDocs', access },
  );
}
