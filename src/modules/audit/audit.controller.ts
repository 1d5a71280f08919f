import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Administration } from '../../core/auth/index.js';
import { KnownQuery } from '../edge/index.js';
import { Audit } from './audit.js';
import { type GivenQuery, kindOf, limitOf, pageBefore } from './audit.dto.js';
import type { AuditEntry } from './audit-entry.js';
import { ApiAudit } from './audit.openapi.js';

/** The audit, for supervisors and administrators. */
@ApiTags('Administration')
@Administration('Supervisor')
@Controller('genesys/1/admin/audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  @KnownQuery('kind', 'limit', 'before')
  @ApiAudit()
  async read(@Query() query: GivenQuery): Promise<AuditEntry[]> {
    return this.audit.read({
      kind: kindOf(query.kind),
      limit: limitOf(query.limit),
      before: pageBefore(query.before),
      subject: undefined,
    });
  }
}
