import { Controller, Get, HttpCode, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Internal } from '../../../core/identity/index.js';
import type { StreamAnswer } from '../../../core/http/answer.js';
import { KnownQuery, MandatoryDtoBody } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { Tenant, type TenantName } from '../tenant.js';
import { type AuditEntry, MaintenanceAudit } from './audit/maintenance-audit.js';
import { exportOrderOf } from './export/export-order.js';
import { ServiceStream } from './export/service-stream.js';
import { ApiPurge, ApiReadAudit, ApiStream } from './maintenance.openapi.js';
import {
  MaintenanceAuditQuery,
  PurgeBody,
  type Purged,
  ServiceExportQuery,
} from './maintenance.dto.js';
import { purgeOrderOf } from './purge/purge-order.js';
import { PurgeService } from './purge/purge.service.js';

/**
 * What operators do with all services of a tenant
 * (docs/operations/context-services-maintenance.md).
 */
@ApiTags('Context Services')
@Internal('Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs/maintenance')
export class MaintenanceController {
  constructor(
    private readonly services: ServiceStream,
    private readonly purges: PurgeService,
    private readonly audits: MaintenanceAudit,
    private readonly policy: AccessPolicy,
  ) {}

  @Get('services/stream')
  @ApiStream()
  stream(
    @Tenant() tenant: TenantName,
    @Query() query: ServiceExportQuery,
    @Req() request: Request,
  ): StreamAnswer {
    return this.services.answer({ tenant, who: this.callerOf(request) }, exportOrderOf(query));
  }

  @Post('purge')
  @HttpCode(200)
  @Internal('Administrator')
  @ApiPurge()
  async purge(
    @Tenant() tenant: TenantName,
    @MandatoryDtoBody() body: PurgeBody,
    @Req() request: Request,
  ): Promise<Purged> {
    return this.purges.purge({ tenant, who: this.callerOf(request) }, purgeOrderOf(body));
  }

  @Get('audit')
  @KnownQuery(MaintenanceAuditQuery)
  @ApiReadAudit()
  async audit(
    @Tenant() tenant: TenantName,
    @Query() { limit }: MaintenanceAuditQuery,
  ): Promise<AuditEntry[]> {
    return this.audits.listNewest(tenant, limit);
  }

  private callerOf(request: Request): string {
    return this.policy.callerOf(request).name;
  }
}
