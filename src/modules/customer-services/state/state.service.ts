import { Injectable } from '@nestjs/common';
import { type DomainError, invalidParameter } from '../../../core/errors/index.js';
import { serviceNotFound, stateCompleted, stateNotFound } from '../customer-services.errors.js';
import type { ItemEvent } from '../item/item-event.js';
import { type ItemAnswer, type AnswerProjection, stateAnswer } from '../item/item-answer.js';
import type { ItemFilter } from '../item/item-filter.js';
import { requireItemId, requireServiceUuid } from '../item/item-ids.js';
import { type ItemList, readList } from '../item/item-list.js';
import type { StateRow } from '../item/item-row.js';
import { ServiceWriter } from '../service/service-writer.js';
import { ServiceRepository } from '../service/service.repository.js';
import type { TenantName } from '../tenant.js';
import { type NewState, type Transition, StateRepository } from './state.repository.js';
import { StateQueryRepository } from './state-query.repository.js';

/** States of services (docs/compatibility.md, Operations). */
@Injectable()
export class StatesService {
  constructor(
    private readonly states: StateRepository,
    private readonly queries: StateQueryRepository,
    private readonly services: ServiceRepository,
    private readonly writes: ServiceWriter,
  ) {}

  /** @returns the id of the new state. @throws DomainError ServiceNotFound */
  async start(tenant: TenantName, serviceId: string, state: NewState): Promise<number> {
    const id = await this.writes.writeOrRetry(tenant, serviceId, (target) =>
      this.states.start(target, state),
    );
    if (id === undefined) throw serviceNotFound(serviceId);
    return id;
  }

  /**
   * Completes a state, once more if need be; its tasks go on.
   * @throws DomainError ServiceNotFound, StateNotFound; InvalidParameter for an end before its
   * start
   */
  async end(
    tenant: TenantName,
    serviceId: string,
    stateId: string,
    event: ItemEvent,
  ): Promise<void> {
    const id = requireItemId(stateId, stateNotFound);
    const ended = await this.writes.writeOrRetry(tenant, serviceId, (target) =>
      this.states.end(target, id, event),
    );
    if (ended === undefined) throw await this.refusal(tenant, serviceId, id);
  }

  /**
   * Ends a state and starts the next one, both or neither, at one instant.
   * @returns the id of the new state
   * @throws DomainError ServiceNotFound, StateNotFound, StateCompleted; InvalidParameter for an
   *   instant before the old state's start
   */
  async transition(tenant: TenantName, serviceId: string, transition: Transition): Promise<number> {
    const id = await this.writes.writeOrRetry(tenant, serviceId, (target) =>
      this.states.transition(target, transition),
    );
    if (id !== undefined) return id;
    throw await this.refusal(tenant, serviceId, transition.from, stateCompleted);
  }

  /** @throws DomainError ServiceNotFound, StateNotFound */
  async read(
    tenant: TenantName,
    serviceId: string,
    stateId: string,
    projection: AnswerProjection,
  ): Promise<ItemAnswer> {
    const uuid = requireServiceUuid(serviceId);
    const id = requireItemId(stateId, stateNotFound);
    const rows = await this.queries.find(uuid, tenant, id, projection.items);
    if (rows === undefined) throw serviceNotFound(serviceId);
    const [row] = rows;
    if (row === undefined) throw stateNotFound(stateId);
    return stateAnswer(uuid, row, projection);
  }

  /** States by their start. @throws DomainError ServiceNotFound */
  async list(
    tenant: TenantName,
    serviceId: string,
    filter: ItemFilter,
    projection: AnswerProjection,
  ): Promise<ItemList> {
    const uuid = requireServiceUuid(serviceId);
    const { queries } = this;
    const { items } = projection;
    const answers = (rows: readonly StateRow[] | undefined): ItemAnswer[] => {
      if (rows === undefined) throw serviceNotFound(serviceId);
      return rows.map((row) => stateAnswer(uuid, row, projection));
    };
    return readList<number>({
      weigh: items.extensions ? () => queries.weighList(uuid, tenant, filter) : undefined,
      readAll: async () => answers(await queries.list(uuid, tenant, filter, items)),
      readSome: async (ids) => answers(await queries.listSome(uuid, tenant, filter, items, ids)),
    });
  }

  /** Why a write on a state touched nothing. */
  private async refusal(
    tenant: TenantName,
    serviceId: string,
    id: number,
    whenCompleted?: (id: number) => DomainError,
  ): Promise<DomainError> {
    const uuid = requireServiceUuid(serviceId);
    const state = await this.states.findCompletion(uuid, tenant, id);
    if (state === undefined) {
      const isThere = await this.services.exists(uuid, tenant);
      return isThere ? stateNotFound(String(id)) : serviceNotFound(serviceId);
    }
    if (state.isCompleted && whenCompleted !== undefined) return whenCompleted(id);
    return invalidParameter('timestamp', "a time that is not before the state's start");
  }
}
