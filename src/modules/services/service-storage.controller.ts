import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../../core/identity/index.js';
import type { BytesAnswer, StreamAnswer } from '../../core/http/answer.js';
import type { Fields } from '../../core/http/body/index.js';
import { ServiceFields } from '../edge/index.js';
import { fileAnswer } from '../storage/index.js';
import { ServiceData } from './service-data.service.js';
import { createServiceLinks } from './service-links.js';
import {
  ApiDeleteServiceKey,
  ApiDeleteServiceKeys,
  ApiQueryServiceBinary,
  ApiQueryServiceKey,
  ApiQueryServiceKeys,
  ApiWriteServiceKeys,
} from './services.openapi.js';

/**
 * The storage of a service (docs/compatibility.md, Service storage). Registered before the routes
 * with parameters.
 */
@ApiTags('Service storage')
@Public()
@Controller('genesys/1/service')
export class ServiceStorageController {
  constructor(private readonly data: ServiceData) {}

  @Get(':id/storage/binary/:key')
  @ApiQueryServiceBinary()
  async readFile(
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<BytesAnswer | StreamAnswer> {
    return this.data.readFile(id, key).then(fileAnswer);
  }

  @Get(':id/storage')
  @ApiQueryServiceKeys()
  async readAll(@Param('id') id: string, @Req() request: Request): Promise<object> {
    return this.data.readAll(id, createServiceLinks(request));
  }

  @Get(':id/storage/:key')
  @ApiQueryServiceKey()
  async readOne(
    @Param('id') id: string,
    @Param('key') key: string,
    @Req() request: Request,
  ): Promise<object> {
    return this.data.readOne(id, key, createServiceLinks(request));
  }

  @Post(':id/storage')
  @HttpCode(200)
  @ApiWriteServiceKeys()
  async write(@Param('id') id: string, @ServiceFields() fields: Fields): Promise<object> {
    return this.data.write(id, fields).then(() => ({}));
  }

  @Delete(':id/storage/:key')
  @ApiDeleteServiceKey()
  async removeOne(@Param('id') id: string, @Param('key') key: string): Promise<string> {
    return this.data.removeOne(id, key).then(() => 'OK');
  }

  @Delete(':id/storage')
  @ApiDeleteServiceKeys()
  async removeAll(@Param('id') id: string): Promise<string> {
    return this.data.removeAll(id).then(() => 'OK');
  }
}
