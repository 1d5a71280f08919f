import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type DestinationStream } from 'pino';
import { AppModule } from '../../../src/app.module.js';
import { readEnvironment } from '../../../src/core/config/index.js';
import { PreparedExpressAdapter } from '../../../src/core/http/prepared-express.adapter.js';
import { openLog, RequestObserver } from '../../../src/core/observability/index.js';
import { EdgeMount } from '../../../src/modules/edge/index.js';
import { ConfigurationLoader, OptionsModule } from '../../../src/modules/options/index.js';
import { callsTo, once, type RunningServer, surroundingsOf } from '../../support/test-server.js';
import { Configuration, type SectionRules } from '../../../src/core/settings/index.js';

/** A server with sections of a test's own beside its own. */
export interface PluggedServer extends Pick<RunningServer, 'request' | 'close'> {
  readonly configuration: Configuration;
  readonly databaseUrl: string;
  /** Every line of its log. */
  log(): string;
}

/** What a server is plugged together from. */
export interface Plugs {
  readonly rules: readonly SectionRules[];
  readonly config: Readonly<Record<string, object>>;
  readonly database?: { readonly url: string };
  readonly controllers?: Type[];
}

@Module({})
class PluggedModule {
  constructor(configuration: Configuration) {
    for (const rules of PluggedModule.rules) configuration.register(rules);
  }

  private static rules: readonly SectionRules[] = [];

  static of(plugs: Plugs, app: DynamicModule): DynamicModule {
    PluggedModule.rules = plugs.rules;
    const { controllers = [] } = plugs;
    return { module: PluggedModule, imports: [app, OptionsModule], controllers };
  }
}

/** The whole application with more sections than it comes with, made but not started. */
export interface MadeServer {
  start(): Promise<PluggedServer>;
  close(): Promise<void>;
}

export async function makePlugged(plugs: Plugs): Promise<MadeServer> {
  const { config, database } = plugs;
  const surroundings = await surroundingsOf({ config, ...(database && { database }) });
  const databaseUrl = surroundings.databaseUrl!;
  const environment = readEnvironment(surroundings.variables);
  const lines: string[] = [];
  const destination: DestinationStream = { write: (line) => void lines.push(line) };
  const log = openLog('debug', {}, destination);
  const app = await NestFactory.create<NestExpressApplication>(
    PluggedModule.of(plugs, AppModule.of({ environment, databaseUrl, log })),
    new PreparedExpressAdapter(),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  const close = once(async () => {
    await app.close();
    await surroundings.remove();
  });
  app.get(RequestObserver).mount(app);
  app.get(EdgeMount).mount(app);
  const start = async (): Promise<PluggedServer> => {
    await app.get(ConfigurationLoader).load(environment);
    await app.listen(0, '127.0.0.1');
    const { calls, client } = callsTo((await app.getUrl()).replace(/\/$/, ''));
    return {
      ...calls,
      databaseUrl,
      configuration: app.get(Configuration),
      log: () => lines.join(''),
      close: async () => {
        client.close();
        await close();
      },
    };
  };
  return { start, close };
}

export async function startPlugged(plugs: Plugs): Promise<PluggedServer> {
  const made = await makePlugged(plugs);
  try {
    return await made.start();
  } catch (error) {
    await made.close();
    throw error;
  }
}
