import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessGuard } from './core/identity/index.js';
import { BusModule } from './core/bus/index.js';
import { ENVIRONMENT, type Environment } from './core/config/index.js';
import { DATABASE_URL, DatabaseModule } from './core/database/index.js';
import { ErrorFilter } from './core/http/error.filter.js';
import { HttpModule } from './core/http/http.module.js';
import { Log, ObservabilityModule } from './core/observability/index.js';
import { OutboxModule } from './core/outbox/index.js';
import { OutgoingModule } from './core/outgoing/index.js';
import { SchedulingModule } from './core/scheduling/index.js';
import { TimersModule } from './core/timers/index.js';
import { MountedHandlers } from './mounted-handlers.js';
import { AuditModule } from './modules/audit/index.js';
import { AccessKeysModule } from './modules/access-keys/index.js';
import { AccessResourcesModule } from './modules/access-resources/index.js';
import { CometdModule } from './modules/cometd/index.js';
import { CustomerServicesModule } from './modules/customer-services/index.js';
import { EdgeModule } from './modules/edge/index.js';
import { NodeModule } from './modules/node/index.js';
import { NotificationModule } from './modules/notification/index.js';
import { OptionsModule } from './modules/options/index.js';
import { ServicesModule } from './modules/services/index.js';
import { StorageModule } from './modules/storage/index.js';

/** What the process knows before the application is made. */
export interface BootContext {
  readonly environment: Environment;
  readonly databaseUrl: string;
  readonly log: Log;
}

/** The process's facts, for whoever asks. */
@Global()
@Module({})
class BootContextModule {
  static of({ environment, databaseUrl, log }: BootContext): DynamicModule {
    const providers = [
      { provide: ENVIRONMENT, useValue: environment },
      { provide: DATABASE_URL, useValue: databaseUrl },
      { provide: Log, useValue: log },
    ];
    return { module: BootContextModule, providers, exports: providers };
  }
}

/** The one file that sees every module. Modules stand in the order of the ladder. */
@Module({})
export class AppModule {
  static of(facts: BootContext): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BootContextModule.of(facts),
        DatabaseModule.connect(facts.databaseUrl, `gms ${facts.environment.nodeId}`),
        ScheduleModule.forRoot(),
        ObservabilityModule,
        HttpModule,
        BusModule,
        OutboxModule,
        OutgoingModule,
        TimersModule,
        SchedulingModule,
        EdgeModule,
        AuditModule,
        AccessKeysModule,
        OptionsModule,
        StorageModule,
        AccessResourcesModule,
        CometdModule,
        CustomerServicesModule,
        NotificationModule,
        ServicesModule,
        NodeModule,
      ],
      providers: [
        MountedHandlers,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
