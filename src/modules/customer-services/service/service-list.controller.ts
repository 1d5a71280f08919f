import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Internal } from '../../../core/identity/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import type { Activity } from '../item/item-filter.js';
import type { ItemList } from '../item/item-list.js';
import { itemFilterOf, projectionOf } from '../item/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { requireCustomerName } from './new-service.js';
import { ServiceListQuery } from './service.dto.js';
import { ApiListOfContact, ApiListOfCustomer } from './service.openapi.js';
import { ServicesService } from './service.service.js';

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
  @ApiListOfCustomer('listServicesOfCustomer', 'All services of a customer')
  async all(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofCustomer(tenant, customerId, query, undefined);
  }

  @Get('customers/:customerId/services/active')
  @ApiListOfCustomer('listActiveServicesOfCustomer', 'Services of a customer that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofCustomer(tenant, customerId, query, 'active');
  }

  @Get('customers/:customerId/services/completed')
  @ApiListOfCustomer('listCompletedServicesOfCustomer', 'Services of a customer that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('customerId') customerId: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofCustomer(tenant, customerId, query, 'completed');
  }

  @Get('services/anonymous/:contactKey')
  @ApiListOfContact('listServicesOfContact', 'All services that are known by a contact key alone')
  async allAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofContact(tenant, contactKey, query, undefined);
  }

  @Get('services/anonymous/:contactKey/active')
  @ApiListOfContact(
    'listActiveServicesOfContact',
    'Active services that are known by a contact key alone',
  )
  async activeAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofContact(tenant, contactKey, query, 'active');
  }

  @Get('services/anonymous/:contactKey/completed')
  @ApiListOfContact(
    'listCompletedServicesOfContact',
    'Completed services that are known by a contact key alone',
  )
  async completedAnonymous(
    @Tenant() tenant: TenantName,
    @Param('contactKey') contactKey: string,
    @Query() query: ServiceListQuery,
  ): Promise<ItemList> {
    return this.ofContact(tenant, contactKey, query, 'completed');
  }

  private ofCustomer(
    tenant: TenantName,
    customerId: string,
    query: ServiceListQuery,
    activity: Activity | undefined,
  ): Promise<ItemList> {
    const name = requireCustomerName('customer_id', customerId);
    const filter = itemFilterOf(query, query.service_types, activity);
    return this.services.list({ tenant, kind: 'customer', name }, filter, projectionOf(query));
  }

  private ofContact(
    tenant: TenantName,
    contactKey: string,
    query: ServiceListQuery,
    activity: Activity | undefined,
  ): Promise<ItemList> {
    const name = requireCustomerName('contact_key', contactKey);
    const filter = itemFilterOf(query, query.service_types, activity);
    return this.services.list({ tenant, kind: 'contact', name }, filter, projectionOf(query));
  }
}
