import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Internal } from '../../../core/identity/index.js';
import { LocatedAnswer } from '../../../core/http/answer.js';
import { JsonMembers, MandatoryJsonMembers, parseBody } from '../../edge/index.js';
import { CviewRoleGuard } from '../cview-role.guard.js';
import { endSchema, itemEndOf, type JsonMap } from '../item/item-event.dto.js';
import type { ItemAnswer } from '../item/item-answer.js';
import type { Activity } from '../item/item-filter.js';
import { locationOf } from '../item/item-location.js';
import {
  readItemFilter,
  type Query as Parameters,
  readProjection,
  readWholeNumber,
} from '../item/item-query.dto.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newTaskOf, taskSchema } from './task.dto.js';
import { ApiEndTask, ApiListTasks, ApiReadTask, ApiStartTask } from './task.openapi.js';
import { TasksService } from './task.service.js';

/**
 * Tasks of a service (docs/compatibility.md, Operations). Routes with a literal segment stand
 * first.
 */
@ApiTags('Context Services')
@Internal('Integration', 'Supervisor')
@UseGuards(CviewRoleGuard)
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
    return this.tasks.read(tenant, id, taskId, readProjection(query));
  }

  private list(
    tenant: TenantName,
    id: string,
    query: Parameters,
    activity: Activity | undefined,
  ): Promise<ItemAnswer[]> {
    const filter = readItemFilter(query, 'task_types', activity);
    const state = readWholeNumber(query, 'state_id', 0, Number.MAX_SAFE_INTEGER);
    return this.tasks.list(tenant, id, filter, state, readProjection(query));
  }
}
