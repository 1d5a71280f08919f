import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/identity/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { JsonMembers, MandatoryJsonMembers, parseBody } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { endSchema, itemEndOf, type JsonMap } from '../item/item-event.dto.js';
import type { ItemAnswer } from '../item/item-answer.js';
import { locationOf } from '../item/item-location.js';
import {
  readItemFilter,
  type Query as Parameters,
  readProjection,
} from '../item/item-query.dto.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newStateOf, stateSchema, transitionOf, transitionSchema } from './state.dto.js';
import {
  ApiEndState,
  ApiListStates,
  ApiReadState,
  ApiStartState,
  ApiTransition,
} from './state.openapi.js';
import { StatesService } from './state.service.js';

const types = 'state_types';

/**
 * States of a service (docs/compatibility.md, Operations). Routes with a literal segment stand
 * first.
 */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
@Controller('genesys/1/cs/services/:id/states')
export class StatesController {
  constructor(private readonly states: StatesService) {}

  @Post('start')
  @HttpCode(201)
  @ApiStartState()
  async start(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @MandatoryJsonMembers() body: JsonMap,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const state = await this.states.start(
      tenant,
      id,
      newStateOf(body, parseBody(stateSchema, body)),
    );
    return new LocatedAnswer({ state_id: state }, locationOf(request, id, 'states', state));
  }

  @Post('transition')
  @HttpCode(201)
  @ApiTransition()
  async transition(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @MandatoryJsonMembers() body: JsonMap,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const transition = transitionOf(body, parseBody(transitionSchema, body));
    const state = await this.states.transition(tenant, id, transition);
    return new LocatedAnswer({ state_id: state }, locationOf(request, id, 'states', state));
  }

  @Post(':stateId/end')
  @HttpCode(204)
  @ApiEndState()
  async end(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('stateId') stateId: string,
    @JsonMembers() body: JsonMap,
  ): Promise<void> {
    await this.states.end(tenant, id, stateId, itemEndOf(body, parseBody(endSchema, body)));
  }

  @Get()
  @ApiListStates('All states of a service')
  async all(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.states.list(
      tenant,
      id,
      readItemFilter(query, types, undefined),
      readProjection(query),
    );
  }

  @Get('active')
  @ApiListStates('States of a service that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.states.list(
      tenant,
      id,
      readItemFilter(query, types, 'active'),
      readProjection(query),
    );
  }

  @Get('completed')
  @ApiListStates('States of a service that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.states.list(
      tenant,
      id,
      readItemFilter(query, types, 'completed'),
      readProjection(query),
    );
  }

  @Get(':stateId')
  @ApiReadState()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('stateId') stateId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer> {
    return this.states.read(tenant, id, stateId, readProjection(query));
  }
}
