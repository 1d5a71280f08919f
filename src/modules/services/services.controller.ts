import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../../core/identity/index.js';
import type { Fields } from '../../core/http/body/index.js';
import { GmsUser, ServiceFields, ServiceFieldsWithQuery } from '../edge/index.js';
import { ServiceCalls } from './service-call.service.js';
import { ServiceData } from './service-data.service.js';
import { ServiceLife } from './service-life.service.js';
import type { ServiceAnswer } from './service-type.js';
import {
  ApiChangeExpiration,
  ApiCreateByGet,
  ApiCreateService,
  ApiDeleteService,
  ApiServiceRequest,
  ApiUpdateService,
} from './services.openapi.js';

/** Service API. Routes with a literal segment stand first: a literal wins over a parameter. */
@ApiTags('Service')
@Public()
@Controller('genesys/1/service')
export class ServicesController {
  constructor(
    private readonly calls: ServiceCalls,
    private readonly data: ServiceData,
    private readonly life: ServiceLife,
  ) {}

  @Post(':id/update')
  @HttpCode(200)
  @ApiUpdateService()
  async update(
    @Param('id') id: string,
    @ServiceFields() fields: Fields,
    @GmsUser() user: string | undefined,
  ): Promise<object> {
    return this.data.update(id, fields, user).then(() => ({}));
  }

  @Post(':service')
  @HttpCode(200)
  @ApiCreateService()
  async create(
    @Param('service') name: string,
    @ServiceFieldsWithQuery() fields: Fields,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<ServiceAnswer> {
    return this.calls.create(name, { fields, user, request });
  }

  @Get(':service')
  @ApiCreateByGet()
  async createByGet(
    @Param('service') name: string,
    @ServiceFieldsWithQuery() fields: Fields,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<ServiceAnswer> {
    return this.calls.create(name, { fields, user, request });
  }

  @Post(':id/:request')
  @HttpCode(200)
  @ApiServiceRequest()
  async request(
    @Param('id') id: string,
    @Param('request') name: string,
    @ServiceFieldsWithQuery() fields: Fields,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<ServiceAnswer> {
    return this.calls.request(id, name, { fields, user, request });
  }

  @Put(':id')
  @ApiChangeExpiration()
  async changeExpiration(@Param('id') id: string, @ServiceFields() fields: Fields): Promise<void> {
    return this.life.changeExpiration(id, fields);
  }

  @Delete(':id')
  @ApiDeleteService()
  async delete(@Param('id') id: string): Promise<string> {
    return this.life.delete(id).then(() => 'OK');
  }
}
