import { MaintenanceAudit } from './audit/maintenance-audit.js';
import { MaintenanceAuditRepository } from './audit/maintenance-audit.repository.js';
import { MaintenanceAuditSweep } from './audit/maintenance-audit.sweep.js';
import { ServiceExport } from './export/service-export.js';
import { ServiceStream } from './export/service-stream.js';
import { ServiceWalkRepository } from './export/service-walk.repository.js';
import { ExportFolder } from './files/export-folder.js';
import { ServiceFiles } from './files/service-files.js';
import { MaintenanceController } from './maintenance.controller.js';
import { NodeStop } from './node-stop.js';
import { PurgeRepository } from './purge/purge.repository.js';
import { PurgeService } from './purge/purge.service.js';
import { ServiceFilesController } from './service-files.controller.js';

/** What the module has for maintenance: stream, files, purge and their audit. */
export const maintenanceControllers = [MaintenanceController, ServiceFilesController];

export const maintenanceProviders = [
  ...[MaintenanceAuditRepository, MaintenanceAudit, MaintenanceAuditSweep, NodeStop],
  ...[ServiceWalkRepository, ServiceExport, ServiceStream],
  ...[ExportFolder, ServiceFiles],
  ...[PurgeRepository, PurgeService],
];
