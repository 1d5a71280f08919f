import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { OptionsModule } from '../options/index.js';
import { CompositeController } from './composite/composite.controller.js';
import { CompositeRepository } from './composite/composite.repository.js';
import { CompositeService } from './composite/composite.service.js';
import { CustomerServicesSweep } from './customer-services.sweep.js';
import { CviewRoleGuard } from './cview-role.guard.js';
import { cviewSection } from './cview.section.js';
import { ExtensionRepository } from './extension/extension.repository.js';
import { ExtensionsController } from './extension/extension.controller.js';
import { ExtensionsService } from './extension/extension.service.js';
import { AutoCompletionWriter } from './service/auto-completion-writer.js';
import { AutoCompletionRepository } from './service/auto-completion.repository.js';
import { LifetimeDefaultsReader } from './item/lifetime-defaults.js';
import { ServiceListsController } from './service/service-list.controller.js';
import { ServiceQueryRepository } from './service/service-query.repository.js';
import { ServiceRemovalRepository } from './service/service-removal.repository.js';
import { ServiceRepository } from './service/service.repository.js';
import { ServiceWriter } from './service/service-writer.js';
import { ServiceSweepRepository } from './service/service-sweep.repository.js';
import { ServicesController } from './service/service.controller.js';
import { ServicesService } from './service/service.service.js';
import { StateQueryRepository } from './state/state-query.repository.js';
import { StateRepository } from './state/state.repository.js';
import { StatesController } from './state/state.controller.js';
import { StatesService } from './state/state.service.js';
import { TaskQueryRepository } from './task/task-query.repository.js';
import { TaskRepository } from './task/task.repository.js';
import { TasksController } from './task/task.controller.js';
import { TasksService } from './task/task.service.js';
import { MaintenanceAuditEntity } from './maintenance/audit/maintenance-audit.entity.js';
import { ServiceEntity } from './service/service.entity.js';
import { StateEntity } from './state/state.entity.js';
import { TaskEntity } from './task/task.entity.js';
import { MaintenanceAudit } from './maintenance/audit/maintenance-audit.js';
import { MaintenanceAuditRepository } from './maintenance/audit/maintenance-audit.repository.js';
import { MaintenanceAuditSweep } from './maintenance/audit/maintenance-audit.sweep.js';
import { ServiceExport } from './maintenance/export/service-export.js';
import { ServiceStream } from './maintenance/export/service-stream.js';
import { ServiceWalkRepository } from './maintenance/export/service-walk.repository.js';
import { ExportFolder } from './maintenance/files/export-folder.js';
import { ServiceFiles } from './maintenance/files/service-files.js';
import { MaintenanceController } from './maintenance/maintenance.controller.js';
import { LongWorkGate } from './maintenance/long-work-gate.js';
import { PurgeRepository } from './maintenance/purge/purge.repository.js';
import { PurgeService } from './maintenance/purge/purge.service.js';
import { ServiceFilesController } from './maintenance/service-files.controller.js';
import { Configuration } from '../../core/settings/index.js';

/** What the module has for maintenance: stream, files, purge and their audit. */
export const maintenanceControllers = [MaintenanceController, ServiceFilesController];

export const maintenanceProviders = [
  ...[MaintenanceAuditRepository, MaintenanceAudit, MaintenanceAuditSweep, LongWorkGate],
  ...[ServiceWalkRepository, ServiceExport, ServiceStream],
  ...[ExportFolder, ServiceFiles],
  ...[PurgeRepository, PurgeService],
];

/**
 * Context Services (docs/compatibility.md, Context Services). Glossary. *Service*: a customer's
 * conversation; it holds states and tasks. *State*: a part of a service, as a step of a dialogue.
 * *Task*: something to be done, in a service or one of its states. *Active*: started and not
 * completed. *Anonymous*: of a customer who is known by a contact key alone. *Extension*: data of
 * the application's own. *Tenant*: whose data it is, by the headers ContactCenterId and GroupId.
 * *Life*: how long a service is kept, with all that is in it. *Renewal*: what a write does to it.
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
    CviewRoleGuard,
    LifetimeDefaultsReader,
    AutoCompletionWriter,
    AutoCompletionRepository,
    ServiceWriter,
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
