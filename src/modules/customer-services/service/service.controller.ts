import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/identity/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { DtoMembers, MandatoryDtoBody, MandatoryDtoMembers } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { ItemEndBody, ShownQuery } from '../item/item.dto.js';
import { itemEndOf } from '../item/item-event.js';
import type { ItemAnswer } from '../item/item-answer.js';
import { locationOf } from '../item/item-location.js';
import { projectionOf } from '../item/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newLifeOf, newServiceOf, requireCustomerName, serviceStartOf } from './new-service.js';
import { ServiceBody, ServiceLifeBody } from './service.dto.js';
import {
  ApiAssociateService,
  ApiDeleteService,
  ApiEndService,
  ApiReadService,
  ApiSetServiceLife,
  ApiStartService,
} from './service.openapi.js';
import { ServicesService } from './service.service.js';

/** Services, one at a time (docs/compatibility.md, Operations). */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs')
export class ServicesController {
  constructor(private readonly services: ServicesService) {}

  @Post('services/start')
  @HttpCode(201)
  @ApiStartService()
  async start(
    @Tenant() tenant: TenantName,
    @MandatoryDtoMembers() body: ServiceBody,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const service = newServiceOf(body);
    const id = await this.services.start(tenant, service);
    return new LocatedAnswer({ service_id: id }, locationOf(request, id));
  }

  @Post('customers/:customerId/services/:id')
  @HttpCode(204)
  @ApiAssociateService()
  async associate(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Param('id') id: string,
    @DtoMembers() body: ServiceBody,
  ): Promise<void> {
    const customer = requireCustomerName('customer_id', customerId);
    const event = serviceStartOf(body);
    await this.services.associate(tenant, id, customer, event);
  }

  @Post('services/:id/end')
  @HttpCode(204)
  @ApiEndService()
  async end(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @DtoMembers() body: ItemEndBody,
  ): Promise<void> {
    await this.services.end(tenant, id, itemEndOf(body));
  }

  @Get('services/:id')
  @ApiReadService()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: ShownQuery,
  ): Promise<ItemAnswer> {
    return this.services.read(tenant, id, projectionOf(query));
  }

  @Put('services/:id')
  @ApiSetServiceLife()
  async setLife(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @MandatoryDtoBody() body: ServiceLifeBody,
  ): Promise<void> {
    await this.services.setLife(tenant, id, newLifeOf(body));
  }

  @Delete('services/:id')
  @ApiDeleteService()
  async remove(@Tenant() tenant: TenantName, @Param('id') id: string): Promise<void> {
    await this.services.remove(tenant, id);
  }
}
