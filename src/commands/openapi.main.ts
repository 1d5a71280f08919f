import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { readEnvironment } from '../core/config/index.js';
import { buildDocument } from '../core/http/openapi/index.js';
import { PreparedExpressAdapter } from '../core/http/prepared-express.adapter.js';
import { openLog } from '../core/observability/index.js';
import { declareCometd } from '../modules/cometd/index.js';

/** The OpenAPI document, from the code alone: no database, nothing listens, nothing is made. */
export async function openApiDocument(): Promise<object> {
  const facts = {
    environment: readEnvironment({}),
    databaseUrl: 'postgres://nobody@localhost/nothing',
    log: openLog('silent'),
  };
  const app = await NestFactory.create(AppModule.of(facts), new PreparedExpressAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  declareCometd(app);
  return buildDocument(app);
}
