import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../../core/identity/index.js';
import type { BytesAnswer, StreamAnswer } from '../../core/http/answer.js';
import type { Fields } from '../../core/http/body/index.js';
import type { EmptyAnswer } from '../../core/http/openapi/index.js';
import { externalBase, FormFields, GmsUser } from '../edge/index.js';
import { fileAnswer, keysAnswer, type LinkTo, valueAnswer } from './storage-answers.js';
import {
  ApiCreateStorage,
  ApiDeleteKey,
  ApiDeleteStorage,
  ApiQueryBinaryKey,
  ApiQueryKey,
  ApiQueryStorage,
  ApiStoreCustom,
  ApiUpdateStorage,
} from './storage.openapi.js';
import { type StorageId, StorageLifetime, type StoredKeys } from './storage.dto.js';
import { StorageService } from './storage.service.js';

/** Storage API. Routes with a literal segment stand first: a literal wins over a parameter. */
@ApiTags('Storage')
@Public()
@Controller('genesys/1/storage')
export class StorageController {
  constructor(private readonly storage: StorageService) {}

  @Post('custom/:id/:ttl')
  @HttpCode(200)
  @ApiStoreCustom()
  async storeCustom(
    @Param('id') id: string,
    @Param() { ttl }: StorageLifetime,
    @FormFields() fields: Fields,
    @GmsUser() user: string | undefined,
  ): Promise<StorageId> {
    return this.storage.storeCustom(id, ttl, fields, user).then(() => ({ id }));
  }

  @Post(':ttl')
  @HttpCode(200)
  @ApiCreateStorage()
  async create(
    @Param() { ttl }: StorageLifetime,
    @FormFields() fields: Fields,
  ): Promise<StorageId> {
    return this.storage.create(ttl, fields).then((id) => ({ id }));
  }

  @Post(':id/:ttl')
  @HttpCode(200)
  @ApiUpdateStorage()
  async update(
    @Param('id') id: string,
    @Param() { ttl }: StorageLifetime,
    @FormFields() fields: Fields,
    @GmsUser() user: string | undefined,
  ): Promise<EmptyAnswer> {
    return this.storage.update(id, ttl, fields, user).then(() => ({}));
  }

  @Get('binary/:id/:key')
  @ApiQueryBinaryKey()
  async readFile(
    @Param('id') id: string,
    @Param('key') key: string,
    @GmsUser() user: string | undefined,
  ): Promise<BytesAnswer | StreamAnswer> {
    return this.storage.readFile(id, key, user).then(fileAnswer);
  }

  @Get(':id')
  @ApiQueryStorage()
  async readAll(
    @Param('id') id: string,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<StoredKeys | StreamAnswer> {
    return this.storage.readAll(id, user).then((all) => keysAnswer(all, linkTo(request, id)));
  }

  @Get(':id/:key')
  @ApiQueryKey()
  async readOne(
    @Param('id') id: string,
    @Param('key') key: string,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<string> {
    return this.storage.readOne(id, key, user).then((one) => valueAnswer(one, linkTo(request, id)));
  }

  @Delete(':id/:key')
  @ApiDeleteKey()
  async removeOne(
    @Param('id') id: string,
    @Param('key') key: string,
    @GmsUser() user: string | undefined,
  ): Promise<object> {
    return this.storage.removeOne(id, key, user).then(() => ({}));
  }

  @Delete(':id')
  @ApiDeleteStorage()
  async remove(@Param('id') id: string, @GmsUser() user: string | undefined): Promise<EmptyAnswer> {
    return this.storage.remove(id, user).then(() => ({}));
  }
}

function linkTo(request: Request, id: string): LinkTo {
  return (key) =>
    `${externalBase(request)}/genesys/1/storage/binary/${id}/${encodeURIComponent(key)}`;
}
