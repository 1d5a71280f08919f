import { Controller, Get, HttpCode, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { z } from 'zod';
import { AccessPolicy, Internal } from '../../../core/identity/index.js';
import type { StreamAnswer } from '../../../core/http/answer.js';
import { KnownQuery, MandatoryJsonBody } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { type Query as Given, readWholeNumber } from '../item/item-query.dto.js';
import { Tenant, type TenantName } from '../tenant.js';
import { type AuditEntry, MaintenanceAudit } from './audit/maintenance-audit.js';
import { exportOrderOf } from './export/export.dto.js';
import { ServiceStream } from './export/service-stream.js';
import { ApiPurge, ApiReadAudit, ApiStream } from './maintenance.openapi.js';
import { purgeOrderOf, purgeSchema } from './purge/purge.dto.js';
import { PurgeService } from './purge/purge.service.js';

const defaultEntries = 100;
const maxEntries = 1000;

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
    @Query() query: Given,
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
    @MandatoryJsonBody(purgeSchema) body: z.infer<typeof purgeSchema>,
    @Req() request: Request,
  ): Promise<{ purged: number }> {
    return this.purges.purge({ tenant, who: this.callerOf(request) }, purgeOrderOf(body));
  }

  @Get('audit')
  @KnownQuery('limit')
  @ApiReadAudit()
  async audit(@Tenant() tenant: TenantName, @Query() query: Given): Promise<AuditEntry[]> {
    const limit = readWholeNumber(query, 'limit', 1, maxEntries) ?? defaultEntries;
    return this.audits.listNewest(tenant, limit);
  }

  private callerOf(request: Request): string {
    return this.policy.callerOf(request).name;
  }
}
