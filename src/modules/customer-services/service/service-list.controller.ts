import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Internal } from '../../../core/identity/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import type { ItemAnswer } from '../item/item-answer.js';
import type { Activity } from '../item/item-filter.js';
import { readItemFilter, readProjection } from '../item/item-query.dto.js';
import { Tenant, type TenantName } from '../tenant.js';
import { requireCustomerName } from './service.dto.js';
import { ApiListOfContact, ApiListOfCustomer } from './service.openapi.js';
import { ServicesService } from './service.service.js';

type Parameters = Readonly<Record<string, unknown>>;

const types = 'service_types';

/**
 * A customer's history (docs/compatibility.md, Queries). `anonymous` wins over the id of a service.
 */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs')
export class ServiceListsController {
  constructor(private readonly services: ServicesService) {}

  @Get('customers/:customerId/services')
  @ApiListOfCustomer('All services of a customer')
  async all(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofCustomer(tenant, customerId, query, undefined);
  }

  @Get('customers/:customerId/services/active')
  @ApiListOfCustomer('Services of a customer that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofCustomer(tenant, customerId, query, 'active');
  }

  @Get('customers/:customerId/services/completed')
  @ApiListOfCustomer('Services of a customer that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofCustomer(tenant, customerId, query, 'completed');
  }

  @Get('services/anonymous/:contactKey')
  @ApiListOfContact('All services that are known by a contact key alone')
  async allAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofContact(tenant, contactKey, query, undefined);
  }

  @Get('services/anonymous/:contactKey/active')
  @ApiListOfContact('Active services that are known by a contact key alone')
  async activeAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofContact(tenant, contactKey, query, 'active');
  }

  @Get('services/anonymous/:contactKey/completed')
  @ApiListOfContact('Completed services that are known by a contact key alone')
  async completedAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.ofContact(tenant, contactKey, query, 'completed');
  }

  private ofCustomer(
    tenant: TenantName,
    customerId: string,
    query: Parameters,
    activity: Activity | undefined,
  ): Promise<ItemAnswer[]> {
    const customer = requireCustomerName('customer_id', customerId);
    const filter = readItemFilter(query, types, activity);
    return this.services.listOfCustomer(tenant, customer, filter, readProjection(query));
  }

  private ofContact(
    tenant: TenantName,
    contactKey: string,
    query: Parameters,
    activity: Activity | undefined,
  ): Promise<ItemAnswer[]> {
    const contact = requireCustomerName('contact_key', contactKey);
    const filter = readItemFilter(query, types, activity);
    return this.services.listOfContact(tenant, contact, filter, readProjection(query));
  }
}
