import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Administration } from '../../core/identity/index.js';
import { TextAnswer } from '../../core/http/answer.js';
import type { EmptyAnswer } from '../../core/http/openapi/index.js';
import { KnownQuery, PlainJsonBody, TextBody } from '../edge/index.js';
import {
  ExportQuery,
  type SectionAudit,
  SectionAuditQuery,
  type SectionOptions,
  type Sections,
} from './options.dto.js';
import {
  ApiDeleteSection,
  ApiExport,
  ApiImport,
  ApiListSections,
  ApiPatchSection,
  ApiPutSection,
  ApiReadAudit,
  ApiReadSection,
} from './options.openapi.js';
import { OptionsService } from './options.service.js';
import type { RawOptions } from '../../core/settings/index.js';

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml'];

/** What a large installation exports must come back, whatever bodies else may have. */
const mostImportBytes = 8 * 1024 * 1024;

/** Sections and options: administrators write, supervisors read. */
@ApiTags('Administration')
@Administration('Administrator')
@Controller('genesys/1/admin/config')
export class OptionsController {
  constructor(
    private readonly options: OptionsService,
    private readonly policy: AccessPolicy,
  ) {}

  @Get('sections')
  @KnownQuery()
  @Administration('Supervisor')
  @ApiListSections()
  async readAll(): Promise<Sections> {
    return this.options.readAll();
  }

  @Get('sections/:section')
  @KnownQuery()
  @Administration('Supervisor')
  @ApiReadSection()
  async readOne(@Param('section') section: string): Promise<SectionOptions> {
    return this.options.readOne(section);
  }

  @Put('sections/:section')
  @KnownQuery()
  @ApiPutSection()
  async put(
    @Param('section') section: string,
    @PlainJsonBody() options: RawOptions,
    @Req() request: Request,
  ): Promise<SectionOptions> {
    return this.options.put(section, options, this.callerOf(request));
  }

  @Patch('sections/:section')
  @KnownQuery()
  @ApiPatchSection()
  async patch(
    @Param('section') section: string,
    @PlainJsonBody() options: RawOptions,
    @Req() request: Request,
  ): Promise<SectionOptions> {
    return this.options.patch(section, options, this.callerOf(request));
  }

  @Delete('sections/:section')
  @KnownQuery()
  @ApiDeleteSection()
  async remove(@Param('section') section: string, @Req() request: Request): Promise<EmptyAnswer> {
    return this.options.remove(section, this.callerOf(request)).then(() => ({}));
  }

  @Get('export')
  @KnownQuery(ExportQuery)
  @Administration('Supervisor')
  @ApiExport()
  async export(@Query() { secrets }: ExportQuery, @Req() request: Request): Promise<TextAnswer> {
    if (secrets) await this.requireAdministrator(request);
    const yaml = await this.options.export(secrets, this.callerOf(request));
    return new TextAnswer(yaml, 'application/yaml');
  }

  @Post('import')
  @KnownQuery()
  @HttpCode(200)
  @ApiImport()
  async import(
    @TextBody(yamlTypes, mostImportBytes) yaml: string,
    @Req() request: Request,
  ): Promise<Sections> {
    return this.options.import(yaml, this.callerOf(request));
  }

  @Get('audit')
  @KnownQuery(SectionAuditQuery)
  @Administration('Supervisor')
  @ApiReadAudit()
  async audit(@Query() { section, ...page }: SectionAuditQuery): Promise<SectionAudit[]> {
    return this.options.audit({ limit: page.limit, before: page.before, subject: section });
  }

  /** Of a caller without a key its trusted network has decided already. */
  private async requireAdministrator(request: Request): Promise<void> {
    if (request.sender?.key !== undefined) await this.policy.requireKey(request, ['Administrator']);
  }

  private callerOf(request: Request): string {
    return this.policy.callerOf(request).name;
  }
}
