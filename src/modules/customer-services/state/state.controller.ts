import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/identity/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { DtoMembers, MandatoryDtoMembers } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { ItemEndBody, ShownQuery } from '../item/item.dto.js';
import { itemEndOf } from '../item/item-event.js';
import type { ItemAnswer } from '../item/item-answer.js';
import type { ItemList } from '../item/item-list.js';
import { locationOf } from '../item/item-location.js';
import { itemFilterOf, projectionOf } from '../item/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newStateOf, transitionOf } from './new-state.js';
import { StateBody, StateListQuery, TransitionBody } from './state.dto.js';
import {
  ApiEndState,
  ApiListStates,
  ApiReadState,
  ApiStartState,
  ApiTransition,
} from './state.openapi.js';
import { StatesService } from './state.service.js';

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
    @MandatoryDtoMembers() body: StateBody,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const state = await this.states.start(tenant, id, newStateOf(body));
    return new LocatedAnswer({ state_id: state }, locationOf(request, id, 'states', state));
  }

  @Post('transition')
  @HttpCode(201)
  @ApiTransition()
  async transition(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @MandatoryDtoMembers() body: TransitionBody,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const transition = transitionOf(body);
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
    @DtoMembers() body: ItemEndBody,
  ): Promise<void> {
    await this.states.end(tenant, id, stateId, itemEndOf(body));
  }

  @Get()
  @ApiListStates('listStates', 'All states of a service')
  async all(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: StateListQuery,
  ): Promise<ItemList> {
    return this.states.list(
      tenant,
      id,
      itemFilterOf(query, query.state_types, undefined),
      projectionOf(query),
    );
  }

  @Get('active')
  @ApiListStates('listActiveStates', 'States of a service that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: StateListQuery,
  ): Promise<ItemList> {
    return this.states.list(
      tenant,
      id,
      itemFilterOf(query, query.state_types, 'active'),
      projectionOf(query),
    );
  }

  @Get('completed')
  @ApiListStates('listCompletedStates', 'States of a service that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: StateListQuery,
  ): Promise<ItemList> {
    return this.states.list(
      tenant,
      id,
      itemFilterOf(query, query.state_types, 'completed'),
      projectionOf(query),
    );
  }

  @Get(':stateId')
  @ApiReadState()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('stateId') stateId: string,
    @Query() query: ShownQuery,
  ): Promise<ItemAnswer> {
    return this.states.read(tenant, id, stateId, projectionOf(query));
  }
}
