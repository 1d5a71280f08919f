import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { invalidParameter } from '../../../core/errors/index.js';
import { stateNotFound } from '../customer-services.errors.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { WriteTarget } from '../item/renewal-sql.js';
import { type NewService, ServiceRepository } from '../service/service.repository.js';
import { ServiceWriter } from '../service/service-writer.js';
import { type NewState, StateRepository } from '../state/state.repository.js';
import { TaskRepository } from '../task/task.repository.js';
import type { TenantName } from '../tenant.js';
import type { CompositeElement } from './composite-element.js';
import { CompositeRepository } from './composite.repository.js';

/** One element of the answer. */
export interface CompositeAnswer {
  readonly service: { readonly service_id: string; readonly created: boolean };
  readonly state: { readonly state_id: number; readonly created: boolean };
  readonly task?: { readonly task_id: number; readonly created: boolean };
}

/** Whether something was made or found. */
interface FoundOrCreated<Id> {
  readonly id: Id;
  readonly created: boolean;
}

/** Composite start (docs/compatibility.md, Operations): finds or makes, all or nothing. */
@Injectable()
export class CompositeService {
  constructor(
    private readonly composites: CompositeRepository,
    private readonly services: ServiceRepository,
    private readonly states: StateRepository,
    private readonly tasks: TaskRepository,
    private readonly writes: ServiceWriter,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Finds an active service, state and task of each element, or makes what is not there; never two
   * of the same, however many ask at once.
   * @throws DomainError InvalidParameter, StateNotFound; then nothing was made
   */
  start(tenant: TenantName, elements: readonly CompositeElement[]): Promise<CompositeAnswer[]> {
    return this.unitOfWork.run(async () => {
      await this.composites.lock(elements.map(({ service }) => lockKeyOf(tenant, service)));
      const answers: CompositeAnswer[] = [];
      for (const [index, element] of elements.entries()) {
        answers.push(await this.startElement(tenant, element, `services[${String(index)}]`));
      }
      return answers;
    });
  }

  private async startElement(
    tenant: TenantName,
    element: CompositeElement,
    path: string,
  ): Promise<CompositeAnswer> {
    const service = await this.findOrStartService(tenant, element.service, path);
    const target = this.writes.targetOf(tenant, service.id);
    const state = await this.findOrStartState(target, element.state, service.created);
    const task = await this.findOrStartTask(target, element, state.id);
    return {
      service: { service_id: serviceIdOf(service.id), created: service.created },
      state: { state_id: state.id, created: state.created },
      ...(task && { task: { task_id: task.id, created: task.created } }),
    };
  }

  /** One that is ended or removed between the look and the lock is looked for again. */
  private async findOrStartService(
    tenant: TenantName,
    wanted: NewService,
    path: string,
  ): Promise<FoundOrCreated<string>> {
    await this.requireFutureEnd(wanted, `${path}.service.expiration_time`);
    for (;;) {
      const found = await this.composites.findService(tenant, wanted);
      if (found === undefined) break;
      const target = this.writes.targetOf(tenant, found);
      if (await this.composites.reuseService(target, wanted.extensions)) {
        return { id: found, created: false };
      }
    }
    const id = randomUUID();
    await this.services.start(this.writes.targetOf(tenant, id), wanted);
    return { id, created: true };
  }

  /**
   * Also of an element whose service will be found: whether a body is right must not hang on that.
   */
  private async requireFutureEnd({ ttl, expirationTime }: NewService, name: string): Promise<void> {
    if (ttl !== undefined || expirationTime === undefined) return;
    if (!(await this.services.isFuture(expirationTime))) {
      throw invalidParameter(name, 'a time in the future');
    }
  }

  private async findOrStartState(
    target: WriteTarget,
    wanted: NewState,
    isServiceNew: boolean,
  ): Promise<FoundOrCreated<number>> {
    const { type, extensions } = wanted;
    const found = isServiceNew
      ? undefined
      : await this.composites.reuseState(target.uuid, type, extensions);
    if (found !== undefined) return { id: found, created: false };
    return { id: requireId(await this.states.start(target, wanted)), created: true };
  }

  private async findOrStartTask(
    target: WriteTarget,
    { task: wanted, associateStateTask }: CompositeElement,
    stateId: number,
  ): Promise<FoundOrCreated<number> | undefined> {
    if (wanted === undefined) return undefined;
    const { type, extensions } = wanted;
    const only = associateStateTask ? stateId : undefined;
    const found = await this.composites.reuseTask(target.uuid, type, extensions, only);
    if (found !== undefined) return { id: found, created: false };
    const task = { ...wanted, stateId: only ?? wanted.stateId };
    const id = await this.tasks.start(target, task);
    if (id === undefined) throw stateNotFound(String(task.stateId));
    return { id, created: true };
  }
}

function lockKeyOf(tenant: TenantName, { customerId, contactKey, type }: NewService): string {
  const key = [
    tenant,
    customerId ?? null,
    contactKey ?? null,
    type === undefined ? null : String(type),
  ];
  return `cs ${JSON.stringify(key)}`;
}

/** The unit of work holds the service. */
function requireId(id: number | undefined): number {
  if (id === undefined) throw new Error('a service that is locked is not there');
  return id;
}
