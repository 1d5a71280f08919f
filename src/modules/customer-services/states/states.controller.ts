import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/auth/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { JsonMembers, MandatoryJsonMembers, parseBody } from '../../edge/index.js';
import { CviewRoles } from '../cview-roles.guard.js';
import { endSchema, itemEndOf, type JsonMap } from '../items/event-fields.js';
import type { ItemAnswer } from '../items/item-answer.js';
import { locationOf } from '../items/item-location.js';
import { itemFilterOf, type Query as Parameters, shownOf } from '../items/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newStateOf, stateSchema, transitionOf, transitionSchema } from './states.dto.js';
import {
  ApiEndState,
  ApiListStates,
  ApiReadState,
  ApiStartState,
  ApiTransition,
} from './states.openapi.js';
import { StatesService } from './states.service.js';

const types = 'state_types';

/** States of a service (cs.md, Operations). Routes with a literal segment stand first. */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoles)
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
    return this.states.list(tenant, id, itemFilterOf(query, types, undefined), shownOf(query));
  }

  @Get('active')
  @ApiListStates('States of a service that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.states.list(tenant, id, itemFilterOf(query, types, 'active'), shownOf(query));
  }

  @Get('completed')
  @ApiListStates('States of a service that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.states.list(tenant, id, itemFilterOf(query, types, 'completed'), shownOf(query));
  }

  @Get(':stateId')
  @ApiReadState()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('stateId') stateId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer> {
    return this.states.read(tenant, id, stateId, shownOf(query));
  }
}
