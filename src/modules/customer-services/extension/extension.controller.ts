import { Controller, Param, Put, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Internal } from '../../../core/identity/index.js';
import { JsonObjectBody, JsonValue } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { Tenant, type TenantName } from '../tenant.js';
import { ApiMergeExtension, ApiPutExtension } from './extension.openapi.js';
import { ExtensionsService } from './extension.service.js';

/**
 * Single extensions (docs/compatibility.md, Operations): deprecated in the documents, and served.
 */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs/services/:serviceId')
export class ExtensionsController {
  constructor(private readonly extensions: ExtensionsService) {}

  @Put('extensions/:name')
  @ApiPutExtension('service')
  async put(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('name') name: string,
    @JsonValue() value: unknown,
  ): Promise<void> {
    await this.extensions.put(tenant, { serviceId, name }, value);
  }

  @Put('extensions/:name/merge')
  @ApiMergeExtension('service')
  async merge(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('name') name: string,
    @JsonObjectBody() members: object,
  ): Promise<void> {
    await this.extensions.merge(tenant, { serviceId, name }, members);
  }

  @Put('states/:id/extensions/:name')
  @ApiPutExtension('state')
  async putOfState(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('id') id: string,
    @Param('name') name: string,
    @JsonValue() value: unknown,
  ): Promise<void> {
    await this.extensions.put(tenant, { serviceId, item: { kind: 'state', id }, name }, value);
  }

  @Put('states/:id/extensions/:name/merge')
  @ApiMergeExtension('state')
  async mergeOfState(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('id') id: string,
    @Param('name') name: string,
    @JsonObjectBody() members: object,
  ): Promise<void> {
    await this.extensions.merge(tenant, { serviceId, item: { kind: 'state', id }, name }, members);
  }

  @Put('tasks/:id/extensions/:name')
  @ApiPutExtension('task')
  async putOfTask(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('id') id: string,
    @Param('name') name: string,
    @JsonValue() value: unknown,
  ): Promise<void> {
    await this.extensions.put(tenant, { serviceId, item: { kind: 'task', id }, name }, value);
  }

  @Put('tasks/:id/extensions/:name/merge')
  @ApiMergeExtension('task')
  async mergeOfTask(
    @Tenant() tenant: TenantName,
    @Param('serviceId') serviceId: string,
    @Param('id') id: string,
    @Param('name') name: string,
    @JsonObjectBody() members: object,
  ): Promise<void> {
    await this.extensions.merge(tenant, { serviceId, item: { kind: 'task', id }, name }, members);
  }
}
