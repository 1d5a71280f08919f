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
import type { Activity } from '../item/item-filter.js';
import type { ItemList } from '../item/item-list.js';
import { locationOf } from '../item/item-location.js';
import { itemFilterOf, projectionOf } from '../item/item-query.js';
import { Tenant, type TenantName } from '../tenant.js';
import { newTaskOf } from './new-task.js';
import { TaskBody, TaskListQuery } from './task.dto.js';
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
    @MandatoryDtoMembers() body: TaskBody,
    @Req() request: Request,
  ): Promise<LocatedAnswer> {
    const task = await this.tasks.start(tenant, id, newTaskOf(body));
    return new LocatedAnswer({ task_id: task }, locationOf(request, id, 'tasks', task));
  }

  @Post(':taskId/end')
  @HttpCode(204)
  @ApiEndTask()
  async end(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @DtoMembers() body: ItemEndBody,
  ): Promise<void> {
    await this.tasks.end(tenant, id, taskId, itemEndOf(body));
  }

  @Get()
  @ApiListTasks('listTasks', 'All tasks of a service')
  async all(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: TaskListQuery,
  ): Promise<ItemList> {
    return this.list(tenant, id, query, undefined);
  }

  @Get('active')
  @ApiListTasks('listActiveTasks', 'Tasks of a service that are active')
  async active(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: TaskListQuery,
  ): Promise<ItemList> {
    return this.list(tenant, id, query, 'active');
  }

  @Get('completed')
  @ApiListTasks('listCompletedTasks', 'Tasks of a service that are completed')
  async completed(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Query() query: TaskListQuery,
  ): Promise<ItemList> {
    return this.list(tenant, id, query, 'completed');
  }

  @Get(':taskId')
  @ApiReadTask()
  async read(
    @Tenant() tenant: TenantName,
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @Query() query: ShownQuery,
  ): Promise<ItemAnswer> {
    return this.tasks.read(tenant, id, taskId, projectionOf(query));
  }

  private list(
    tenant: TenantName,
    id: string,
    query: TaskListQuery,
    activity: Activity | undefined,
  ): Promise<ItemList> {
    const filter = itemFilterOf(query, query.task_types, activity);
    return this.tasks.list(tenant, id, filter, query.state_id, projectionOf(query));
  }
}
