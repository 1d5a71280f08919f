import { Controller, Delete, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Internal } from '../../../core/identity/index.js';
import type { StreamAnswer } from '../../../core/http/answer.js';
import { DtoBodyWithQuery, KnownQuery } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { Tenant, type TenantName } from '../tenant.js';
import { filesOrderOf } from './export/export-order.js';
import { type ExportedFile, ExportFolder } from './files/export-folder.js';
import { type ExportedFiles, ServiceFilesBody } from './maintenance.dto.js';
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
    @DtoBodyWithQuery() body: ServiceFilesBody,
    @Req() request: Request,
  ): Promise<ExportedFiles> {
    const who = this.policy.callerOf(request).name;
    return this.files.export({ tenant, who }, filesOrderOf(body));
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
