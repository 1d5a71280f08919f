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
import { AccessPolicy, Administration } from '../../core/auth/index.js';
import { TextAnswer } from '../../core/http/answer.js';
import { readJson, requireObject } from '../../core/http/body/index.js';
import { type GivenQuery, limitOf, pageBefore } from '../audit/index.js';
import { plainJson } from '../../core/json/index.js';
import { bodyBoundsOf, KnownQuery, TextBody } from '../edge/index.js';
import { secretsOf, sectionOf } from './options.dto.js';
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
import { OptionsService, type SectionAudit, type ShownSections } from './options.service.js';
import type { GivenOptions } from './section-schema.js';

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
  async readAll(): Promise<ShownSections> {
    return this.options.readAll();
  }

  @Get('sections/:section')
  @KnownQuery()
  @Administration('Supervisor')
  @ApiReadSection()
  async readOne(@Param('section') section: string): Promise<GivenOptions> {
    return this.options.readOne(section);
  }

  /** Without a body nothing is said: unlike elsewhere it does not count as an empty object. */
  @Put('sections/:section')
  @KnownQuery()
  @ApiPutSection()
  async put(@Param('section') section: string, @Req() request: Request): Promise<GivenOptions> {
    return readJson(request, bodyBoundsOf(request)).then((body) =>
      this.options.put(section, requireObject(plainJson(body)), this.callerOf(request)),
    );
  }

  @Patch('sections/:section')
  @KnownQuery()
  @ApiPatchSection()
  async patch(@Param('section') section: string, @Req() request: Request): Promise<GivenOptions> {
    return readJson(request, bodyBoundsOf(request)).then((body) =>
      this.options.patch(section, requireObject(plainJson(body)), this.callerOf(request)),
    );
  }

  @Delete('sections/:section')
  @KnownQuery()
  @ApiDeleteSection()
  async remove(@Param('section') section: string, @Req() request: Request): Promise<object> {
    return this.options.remove(section, this.callerOf(request)).then(() => ({}));
  }

  @Get('export')
  @KnownQuery('secrets')
  @Administration('Supervisor')
  @ApiExport()
  async export(@Query('secrets') secrets: unknown, @Req() request: Request): Promise<TextAnswer> {
    const withSecrets = secretsOf(secrets);
    if (withSecrets) await this.requireAdministrator(request);
    const yaml = await this.options.export(withSecrets, this.callerOf(request));
    return new TextAnswer(yaml, 'application/yaml');
  }

  @Post('import')
  @KnownQuery()
  @HttpCode(200)
  @ApiImport()
  async import(
    @TextBody(yamlTypes, mostImportBytes) yaml: string,
    @Req() request: Request,
  ): Promise<ShownSections> {
    return this.options.import(yaml, this.callerOf(request));
  }

  @Get('audit')
  @KnownQuery('limit', 'section', 'before')
  @Administration('Supervisor')
  @ApiReadAudit()
  async audit(@Query() query: GivenQuery): Promise<SectionAudit[]> {
    return this.options.audit({
      limit: limitOf(query.limit),
      before: pageBefore(query.before),
      subject: sectionOf(query.section),
    });
  }

  /** Of a caller without a key its trusted network has decided already. */
  private async requireAdministrator(request: Request): Promise<void> {
    if (request.sender?.key !== undefined) await this.policy.requireKey(request, ['Administrator']);
  }

  private callerOf(request: Request): string {
    return this.policy.callerOf(request).name;
  }
}
