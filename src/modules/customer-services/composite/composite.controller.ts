import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/identity/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { MandatoryDtoMembers, withoutServerOwnedMember } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { locationOf } from '../item/item-location.js';
import { Tenant, type TenantName } from '../tenant.js';
import { CompositeBody } from './composite.dto.js';
import { compositeOf } from './composite-element.js';
import { ApiStartComposite } from './composite.openapi.js';
import { type CompositeAnswer, CompositeService } from './composite.service.js';

/** Composite start (docs/compatibility.md, Operations). */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs/services_composite')
export class CompositeController {
  constructor(private readonly composites: CompositeService) {}

  @Post('start')
  @HttpCode(200)
  @ApiStartComposite()
  async start(
    @Tenant() tenant: TenantName,
    @MandatoryDtoMembers() body: CompositeBody,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const elements = compositeOf(body, (members) => withoutServerOwnedMember(request, members));
    const services = await this.composites.start(tenant, elements);
    return new LocatedAnswer({ services }, locationOfFirst(request, services));
  }
}

/** The address of the first element's task, or else of its state. */
function locationOfFirst(request: Request, [first]: readonly CompositeAnswer[]): string {
  if (first === undefined) throw new Error('a composite start has elements');
  const { service, state, task } = first;
  const part = task ? (['tasks', task.task_id] as const) : (['states', state.state_id] as const);
  return locationOf(request, service.service_id, ...part);
}
