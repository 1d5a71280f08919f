import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { invalidParameter } from '../../../core/errors/index.js';
import { stateNotFound } from '../customer-services.errors.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { Target } from '../items/renewal.js';
import type { NewService } from '../services/new-service.js';
import { ServiceWrites } from '../services/service-writes.js';
import { ServiceRepository } from '../services/service.repository.js';
import type { NewState } from '../states/new-state.js';
import { StateRepository } from '../states/state.repository.js';
import { TaskRepository } from '../tasks/task.repository.js';
import type { TenantName } from '../tenant.js';
import type { CompositeElement } from './composite.dto.js';
import { CompositeRepository } from './composite.repository.js';

/** One element of the answer. */
export interface CompositeAnswer {
  readonly service: { readonly service_id: string; readonly created: boolean };
  readonly state: { readonly state_id: number; readonly created: boolean };
  readonly task?: { readonly task_id: number; readonly created: boolean };
}

/** Whether something was made or found. */
interface Found<Id> {
  readonly id: Id;
  readonly created: boolean;
}

/** Composite start (cs.md, Operations and Decisions): finds or makes, all or nothing. */
@Injectable()
export class CompositeService {
  constructor(
    private readonly composites: CompositeRepository,
    private readonly services: ServiceRepository,
    private readonly states: StateRepository,
    private readonly tasks: TaskRepository,
    private readonly writes: ServiceWrites,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Finds an active service, state and task of each element, or makes what is not there; never two
   * of the same, however many ask at once.
   * @throws DomainError InvalidParameter, StateNotFound; then nothing was made
   */
  start(tenant: TenantName, elements: readonly CompositeElement[]): Promise<CompositeAnswer[]> {
    return this.unitOfWork.run(async () => {
      await this.composites.lock(elements.map(({ service }) => keyOf(tenant, service)));
      const answers: CompositeAnswer[] = [];
      for (const [index, element] of elements.entries()) {
        answers.push(await this.startOne(tenant, element, `services[${String(index)}]`));
      }
      return answers;
    });
  }

  private async startOne(
    tenant: TenantName,
    element: CompositeElement,
    path: string,
  ): Promise<CompositeAnswer> {
    const service = await this.service(tenant, element.service, path);
    const target = this.writes.targetOf(tenant, service.id);
    const state = await this.state(target, element.state, service.created);
    const task = await this.task(target, element, state.id);
    return {
      service: { service_id: serviceIdOf(service.id), created: service.created },
      state: { state_id: state.id, created: state.created },
      ...(task && { task: { task_id: task.id, created: task.created } }),
    };
  }

  /** One that is ended or removed between the look and the lock is looked for again. */
  private async service(
    tenant: TenantName,
    wanted: NewService,
    path: string,
  ): Promise<Found<string>> {
    await this.requireAhead(wanted, `${path}.service.expiration_time`);
    for (;;) {
      const found = await this.composites.findService(tenant, wanted);
      if (found === undefined) break;
      const target = this.writes.targetOf(tenant, found);
      if (await this.composites.adoptService(target, wanted.extensions)) {
        return { id: found, created: false };
      }
    }
    const id = randomUUID();
    await this.services.start(this.writes.targetOf(tenant, id), wanted);
    return { id, created: true };
  }

  /** Also of an element whose service will be found: whether a body is right must not hang on that. */
  private async requireAhead({ ttl, expirationTime }: NewService, name: string): Promise<void> {
    if (ttl !== undefined || expirationTime === undefined) return;
    if (!(await this.services.isAhead(expirationTime))) {
      throw invalidParameter(name, 'a time in the future');
    }
  }

  private async state(
    target: Target,
    wanted: NewState,
    isServiceNew: boolean,
  ): Promise<Found<number>> {
    const { type, extensions } = wanted;
    const found = isServiceNew
      ? undefined
      : await this.composites.adoptState(target.uuid, type, extensions);
    if (found !== undefined) return { id: found, created: false };
    return { id: required(await this.states.start(target, wanted)), created: true };
  }

  private async task(
    target: Target,
    { task: wanted, associateStateTask }: CompositeElement,
    stateId: number,
  ): Promise<Found<number> | undefined> {
    if (wanted === undefined) return undefined;
    const { type, extensions } = wanted;
    const only = associateStateTask ? stateId : undefined;
    const found = await this.composites.adoptTask(target.uuid, type, extensions, only);
    if (found !== undefined) return { id: found, created: false };
    const task = { ...wanted, stateId: only ?? wanted.stateId };
    const id = await this.tasks.start(target, task);
    if (id === undefined) throw stateNotFound(String(task.stateId));
    return { id, created: true };
  }
}

function keyOf(tenant: TenantName, { customerId, contactKey, type }: NewService): string {
  const key = [
    tenant,
    customerId ?? null,
    contactKey ?? null,
    type === undefined ? null : String(type),
  ];
  return `cs ${JSON.stringify(key)}`;
}

/** The unit of work holds the service. */
function required(id: number | undefined): number {
  if (id === undefined) throw new Error('a service that is locked is not there');
  return id;
}
