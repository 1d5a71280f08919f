import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../../core/errors/index.js';
import { serviceNotFound, stateNotFound, taskNotFound } from '../customer-services.errors.js';
import type { ItemEvent } from '../item/item-event.js';
import { type ItemAnswer, type AnswerProjection, taskAnswer } from '../item/item-answer.js';
import type { ItemFilter } from '../item/item-filter.js';
import { requireItemId, requireServiceUuid } from '../item/item-ids.js';
import { type ItemList, readList } from '../item/item-list.js';
import type { TaskRow } from '../item/item-row.js';
import { ServiceWriter } from '../service/service-writer.js';
import { ServiceRepository } from '../service/service.repository.js';
import type { TenantName } from '../tenant.js';
import { type NewTask, TaskRepository } from './task.repository.js';
import { TaskQueryRepository } from './task-query.repository.js';

/** Tasks of services and of their states (docs/compatibility.md, Operations). */
@Injectable()
export class TasksService {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly queries: TaskQueryRepository,
    private readonly services: ServiceRepository,
    private readonly writes: ServiceWriter,
  ) {}

  /** @returns the id of the new task. @throws DomainError ServiceNotFound, StateNotFound */
  async start(tenant: TenantName, serviceId: string, task: NewTask): Promise<number> {
    const id = await this.writes.writeOrRetry(tenant, serviceId, (target) =>
      this.tasks.start(target, task),
    );
    if (id !== undefined) return id;
    if (task.stateId === undefined) throw serviceNotFound(serviceId);
    throw await this.orServiceNotFound(tenant, serviceId, stateNotFound(String(task.stateId)));
  }

  /**
   * Completes a task, once more if need be.
   * @throws DomainError ServiceNotFound, TaskNotFound; InvalidParameter for an end before its start
   */
  async end(
    tenant: TenantName,
    serviceId: string,
    taskId: string,
    event: ItemEvent,
  ): Promise<void> {
    const id = requireItemId(taskId, taskNotFound);
    const ended = await this.writes.writeOrRetry(tenant, serviceId, (target) =>
      this.tasks.end(target, id, event),
    );
    if (ended !== undefined) return;
    if (await this.tasks.exists(requireServiceUuid(serviceId), tenant, id)) {
      throw invalidParameter('timestamp', "a time that is not before the task's start");
    }
    throw await this.orServiceNotFound(tenant, serviceId, taskNotFound(taskId));
  }

  /** @throws DomainError ServiceNotFound, TaskNotFound */
  async read(
    tenant: TenantName,
    serviceId: string,
    taskId: string,
    projection: AnswerProjection,
  ): Promise<ItemAnswer> {
    const uuid = requireServiceUuid(serviceId);
    const id = requireItemId(taskId, taskNotFound);
    const rows = await this.queries.find(uuid, tenant, id, projection.items.extensions);
    if (rows === undefined) throw serviceNotFound(serviceId);
    const [row] = rows;
    if (row === undefined) throw taskNotFound(taskId);
    return taskAnswer(uuid, row, projection);
  }

  /**
   * Tasks by their start.
   * @param stateId the state that they hang on; undefined: any, or none
   * @throws DomainError ServiceNotFound
   */
  async list(
    tenant: TenantName,
    serviceId: string,
    filter: ItemFilter,
    stateId: number | undefined,
    projection: AnswerProjection,
  ): Promise<ItemList> {
    const uuid = requireServiceUuid(serviceId);
    const { queries } = this;
    const { extensions } = projection.items;
    const answers = (rows: readonly TaskRow[] | undefined): ItemAnswer[] => {
      if (rows === undefined) throw serviceNotFound(serviceId);
      return rows.map((row) => taskAnswer(uuid, row, projection));
    };
    return readList<number>({
      weigh: extensions ? () => queries.weighList(uuid, tenant, filter, stateId) : undefined,
      readAll: async () => answers(await queries.list(uuid, tenant, filter, stateId, extensions)),
      readSome: async (ids) => answers(await queries.listSome(uuid, tenant, filter, ids)),
    });
  }

  private async orServiceNotFound(
    tenant: TenantName,
    serviceId: string,
    error: Error,
  ): Promise<Error> {
    const isThere = await this.services.exists(requireServiceUuid(serviceId), tenant);
    return isThere ? error : serviceNotFound(serviceId);
  }
}
