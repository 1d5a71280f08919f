import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Administration } from '../../core/identity/index.js';
import { KnownQuery } from '../edge/index.js';
import { Audit } from './audit.service.js';
import { type AuditEntryView, AuditQuery } from './audit.dto.js';
import { ApiAudit } from './audit.openapi.js';

/** The audit, for supervisors and administrators. */
@ApiTags('Administration')
@Administration('Supervisor')
@Controller('genesys/1/admin/audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  @KnownQuery(AuditQuery)
  @ApiAudit()
  async read(@Query() { kind, limit, before }: AuditQuery): Promise<AuditEntryView[]> {
    return this.audit.read({ kind, limit, before, subject: undefined });
  }
}
