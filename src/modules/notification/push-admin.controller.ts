import { Controller, Delete, Get, Put, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Administration } from '../../core/identity/index.js';
import { BytesBody, KnownQuery, type RawBody } from '../edge/index.js';
import { LocalizationService } from './localization/localization.service.js';
import { ExplainQuery } from './notification.dto.js';
import type { Explanation, LocalizationState } from './push-admin.dto.js';
import { PushExplanation } from './provider/push-explanation.js';
import {
  ApiDeleteLocalization,
  ApiExplain,
  ApiPutLocalization,
  ApiReadLocalization,
} from './push-admin.openapi.js';

const xmlTypes = ['application/xml', 'text/xml'];

/** What operators ask about push settings, and the localization file. */
@ApiTags('Administration')
@Administration('Administrator')
@Controller('genesys/1/admin/push')
export class PushAdminController {
  constructor(
    private readonly explanation: PushExplanation,
    private readonly localization: LocalizationService,
    private readonly policy: AccessPolicy,
  ) {}

  @Get('explain')
  @Administration('Supervisor')
  @KnownQuery(ExplainQuery)
  @ApiExplain()
  explain(@Query() { tag, provider, debug }: ExplainQuery): Explanation {
    return this.explanation.explain(tag, provider, debug);
  }

  @Get('localization')
  @Administration('Supervisor')
  @KnownQuery()
  @ApiReadLocalization()
  read(): LocalizationState {
    return this.localization.state;
  }

  @Put('localization')
  @KnownQuery()
  @ApiPutLocalization()
  async put(
    @BytesBody(xmlTypes) { bytes, charset }: RawBody,
    @Req() request: Request,
  ): Promise<LocalizationState> {
    return this.localization.upload(bytes, charset, this.policy.callerOf(request).name);
  }

  @Delete('localization')
  @KnownQuery()
  @ApiDeleteLocalization()
  async remove(@Req() request: Request): Promise<object> {
    return this.localization.remove(this.policy.callerOf(request).name).then(() => ({}));
  }
}
