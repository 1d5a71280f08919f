import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Internal } from '../../../core/identity/index.js';
import type { StreamAnswer } from '../../../core/http/answer.js';
import { JsonBody, KnownQuery } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { anyObject, type JsonMap } from '../item/item-event.dto.js';
import type { Query as Given } from '../item/item-query.dto.js';
import { Tenant, type TenantName } from '../tenant.js';
import { filesOrderOf } from './export/export.dto.js';
import { type ExportedFile, ExportFolder } from './files/export-folder.js';
import { ServiceFiles } from './files/service-files.js';
import { ApiDeleteFile, ApiDownload, ApiExport, ApiListFiles } from './maintenance.openapi.js';

/** Services as files on this node (docs/operations/context-services-maintenance.md, Files). */
@ApiTags('Context Services')
@Internal('Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs/maintenance')
export class ServiceFilesController {
  constructor(
    private readonly files: ServiceFiles,
    private readonly folder: ExportFolder,
    private readonly policy: AccessPolicy,
  ) {}

  @Post('services/files')
  @HttpCode(200)
  @ApiExport()
  async export(
    @Tenant() tenant: TenantName,
    @Query() query: Given,
    @JsonBody(anyObject) body: JsonMap,
    @Req() request: Request,
  ): Promise<{ created: string[] }> {
    const who = this.policy.callerOf(request).name;
    return this.files.export({ tenant, who }, filesOrderOf(query, body));
  }

  @Get('files')
  @KnownQuery()
  @ApiListFiles()
  async list(@Tenant() tenant: TenantName): Promise<ExportedFile[]> {
    return this.folder.list(tenant);
  }

  @Get('files/:name')
  @KnownQuery()
  @ApiDownload()
  download(@Tenant() tenant: TenantName, @Param('name') name: string): StreamAnswer {
    return this.files.download(tenant, name);
  }

  @Delete('files/:name')
  @KnownQuery()
  @HttpCode(204)
  @ApiDeleteFile()
  async remove(@Tenant() tenant: TenantName, @Param('name') name: string): Promise<void> {
    return this.folder.remove(tenant, name);
  }
}
