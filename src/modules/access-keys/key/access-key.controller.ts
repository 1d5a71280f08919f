import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Administration } from '../../../core/identity/index.js';
import type { EmptyAnswer } from '../../../core/http/openapi/index.js';
import { DtoBody, KnownQuery } from '../../edge/index.js';
import { type ListedKey, type MadeKey, NewKey } from './access-key.dto.js';
import { ApiCreateKey, ApiDeleteKey, ApiListKeys } from './access-key.openapi.js';
import { AccessKeysService } from './access-key.service.js';

/** API keys, for administrators. */
@ApiTags('Administration')
@Administration('Administrator')
@KnownQuery()
@Controller('genesys/1/admin/keys')
export class AccessKeysController {
  constructor(
    private readonly keys: AccessKeysService,
    private readonly policy: AccessPolicy,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiCreateKey()
  async create(@DtoBody() key: NewKey, @Req() request: Request): Promise<MadeKey> {
    return this.keys.create(key, this.policy.callerOf(request));
  }

  @Get()
  @ApiListKeys()
  async list(): Promise<ListedKey[]> {
    return this.keys.list();
  }

  @Delete(':id')
  @ApiDeleteKey()
  async remove(@Param('id') id: string, @Req() request: Request): Promise<EmptyAnswer> {
    return this.keys.remove(id, this.policy.callerOf(request)).then(() => ({}));
  }
}
