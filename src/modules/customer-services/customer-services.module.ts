import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { Configuration, OptionsModule } from '../options/index.js';
import { CompositeController } from './composite/composite.controller.js';
import { CompositeRepository } from './composite/composite.repository.js';
import { CompositeService } from './composite/composite.service.js';
import { CustomerServicesSweep } from './customer-services.sweep.js';
import { CviewRoles } from './cview-roles.guard.js';
import { cviewSection } from './cview-section.js';
import { ExtensionRepository } from './extensions/extension.repository.js';
import { ExtensionsController } from './extensions/extensions.controller.js';
import { ExtensionsService } from './extensions/extensions.service.js';
import { maintenanceControllers, maintenanceProviders } from './maintenance/maintenance.parts.js';
import { AutoCompletion } from './services/auto-completion.js';
import { AutoCompletionRepository } from './services/auto-completion.repository.js';
import { Lifetimes } from './services/lifetimes.js';
import { ServiceListsController } from './services/service-lists.controller.js';
import { ServiceQueryRepository } from './services/service-query.repository.js';
import { ServiceRemovalRepository } from './services/service-removal.repository.js';
import { ServiceRepository } from './services/service.repository.js';
import { ServiceWrites } from './services/service-writes.js';
import { ServiceSweepRepository } from './services/service-sweep.repository.js';
import { ServicesController } from './services/services.controller.js';
import { ServicesService } from './services/services.service.js';
import { StateQueryRepository } from './states/state-query.repository.js';
import { StateRepository } from './states/state.repository.js';
import { StatesController } from './states/states.controller.js';
import { StatesService } from './states/states.service.js';
import { TaskQueryRepository } from './tasks/task-query.repository.js';
import { TaskRepository } from './tasks/task.repository.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TasksService } from './tasks/tasks.service.js';
import { MaintenanceAuditEntity } from './maintenance/audit/maintenance-audit.entity.js';
import { ServiceEntity } from './services/service.entity.js';
import { StateEntity } from './states/state.entity.js';
import { TaskEntity } from './tasks/task.entity.js';

/**
 * Context Services (contract: cs.md). Glossary. *Service*: a customer's conversation; it holds
 * states and tasks. *State*: a part of a service, as a step of a dialogue. *Task*: something to be
 * done, in a service or one of its states. *Active*: started and not completed. *Anonymous*: of a
 * customer who is known by a contact key alone. *Extension*: data of the application's own.
 * *Tenant*: whose data it is, by the headers ContactCenterId and GroupId. *Life*: how long a
 * service is kept, with all that is in it. *Renewal*: what a write does to it.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([MaintenanceAuditEntity, ServiceEntity, StateEntity, TaskEntity]),
    AuditModule,
    OptionsModule,
  ],
  // `services/anonymous/…` is a literal, which wins over the id of a service.
  controllers: [
    ServiceListsController,
    ServicesController,
    StatesController,
    TasksController,
    ExtensionsController,
    CompositeController,
    ...maintenanceControllers,
  ],
  providers: [
    CviewRoles,
    Lifetimes,
    AutoCompletion,
    AutoCompletionRepository,
    ServiceWrites,
    ServicesService,
    ServiceRepository,
    ServiceQueryRepository,
    ServiceRemovalRepository,
    ServiceSweepRepository,
    StatesService,
    StateRepository,
    StateQueryRepository,
    TasksService,
    TaskRepository,
    TaskQueryRepository,
    ExtensionsService,
    ExtensionRepository,
    CompositeService,
    CompositeRepository,
    CustomerServicesSweep,
    ...maintenanceProviders,
  ],
})
export class CustomerServicesModule {
  constructor(configuration: Configuration) {
    configuration.register({ schema: cviewSection });
  }
}
