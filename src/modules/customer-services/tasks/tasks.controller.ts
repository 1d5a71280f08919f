import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/auth/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { JsonMembers, MandatoryJsonMembers, parseBody } from '../../edge/index.js';
import { CviewRoles } from '../cview-roles.guard.js';
import { endSchema, itemEndOf, type JsonMap } from '../items/event-fields.js';
import type { ItemAnswer } from '../items/item-answer.js';
import type { Activity } from '../items/item-filter.js';
import { locationOf } from '../items/item-location.js';
import {
  itemFilterOf,
  type Query as Parameters,
  shownOf,
  wholeNumberIn,
} from '../items/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newTaskOf, taskSchema } from './tasks.dto.js';
import { ApiEndTask, ApiListTasks, ApiReadTask, ApiStartTask } from './tasks.openapi.js';
import { TasksService } from './tasks.service.js';

/** Tasks of a service (cs.md, Operations). Routes with a literal segment stand first. */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoles)
@Controller('genesys/1/cs/services/:id/tasks')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Post('start')
  @HttpCode(201)
  @ApiStartTask()
  async start(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @MandatoryJsonMembers() body: JsonMap,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const task = await this.tasks.start(tenant, id, newTaskOf(body, parseBody(taskSchema, body)));
    return new LocatedAnswer({ task_id: task }, locationOf(request, id, 'tasks', task));
  }

  @Post(':taskId/end')
  @HttpCode(204)
  @ApiEndTask()
  async end(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @JsonMembers() body: JsonMap,
  ): Promise<void> {
    await this.tasks.end(tenant, id, taskId, itemEndOf(body, parseBody(endSchema, body)));
  }

  @Get()
  @ApiListTasks('All tasks of a service')
  async all(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.list(tenant, id, query, undefined);
  }

  @Get('active')
  @ApiListTasks('Tasks of a service that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.list(tenant, id, query, 'active');
  }

  @Get('completed')
  @ApiListTasks('Tasks of a service that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer[]> {
    return this.list(tenant, id, query, 'completed');
  }

  @Get(':taskId')
  @ApiReadTask()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @Query() query: Parameters,
  ): Promise<ItemAnswer> {
    return this.tasks.read(tenant, id, taskId, shownOf(query));
  }

  private list(
    tenant: TenantName,
    id: string,
    query: Parameters,
    activity: Activity | undefined,
  ): Promise<ItemAnswer[]> {
    const filter = itemFilterOf(query, 'task_types', activity);
    const state = wholeNumberIn(query, 'state_id', 0, Number.MAX_SAFE_INTEGER);
    return this.tasks.list(tenant, id, filter, state, shownOf(query));
  }
}
