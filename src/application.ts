import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import type { Environment } from './core/config/index.js';
import { migrate } from './core/database/index.js';
import { DtoPipe } from './core/dto/index.js';
import { PreparedExpressAdapter } from './core/http/prepared-express.adapter.js';
import { NestLog, openLog } from './core/observability/index.js';
import { MountedHandlers } from './mounted-handlers.js';
import { ConfigurationLoader } from './modules/options/index.js';

/**
 * Makes the whole application on a database that is running: schema brought up to date,
 * configuration loaded, everything but listening.
 * @throws Error when the environment names no database, or the configuration has faults
 */
export async function createApplication(environment: Environment): Promise<NestExpressApplication> {
  const { databaseUrl } = environment;
  if (databaseUrl === undefined) throw new Error('the environment names no database');
  const log = openLog(environment.logLevel, { node: environment.nodeId });
  await migrate(databaseUrl, log);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.of({ environment, databaseUrl, log }),
    new PreparedExpressAdapter(),
    { logger: new NestLog(log), bodyParser: false, abortOnError: false },
  );
  try {
    app.get(MountedHandlers).mount(app);
    app.useGlobalPipes(new DtoPipe());
    // Before any hook runs: what it starts reads the configuration.
    await app.get(ConfigurationLoader).load(environment);
    await app.init();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
