import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { type DomainError, invalidParameter } from '../../../core/errors/index.js';
import { serviceNotFound } from '../customer-services.errors.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { ItemEvent } from '../item/item-event.js';
import { type ItemAnswer, serviceAnswer, type AnswerProjection } from '../item/item-answer.js';
import type { ItemFilter } from '../item/item-filter.js';
import { type ItemList, readList } from '../item/item-list.js';
import type { ServiceRow } from '../item/item-row.js';
import { requireServiceUuid } from '../item/item-ids.js';
import type { WriteTarget } from '../item/renewal-sql.js';
import type { TenantName } from '../tenant.js';
import {
  type NewService,
  type ServiceLifetime,
  type ServiceStart,
  ServiceRepository,
} from './service.repository.js';
import { type ServiceOwner, ServiceQueryRepository } from './service-query.repository.js';
import { ServiceRemovalRepository } from './service-removal.repository.js';
import { ServiceWriter } from './service-writer.js';

const notBeforeStart = 'a time that is not before the start';

/** Services of customers (docs/compatibility.md, Operations). */
@Injectable()
export class ServicesService {
  constructor(
    private readonly services: ServiceRepository,
    private readonly queries: ServiceQueryRepository,
    private readonly removal: ServiceRemovalRepository,
    private readonly writes: ServiceWriter,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @returns the id of the new service
   * @throws DomainError InvalidParameter when its end lies in the past
   */
  async start(tenant: TenantName, service: NewService): Promise<string> {
    const uuid = randomUUID();
    if (!(await this.services.start(this.writes.targetOf(tenant, uuid), service)))
      throw expirationInPast();
    return serviceIdOf(uuid);
  }

  /**
   * Gives a service to a customer, whoever had it before (docs/compatibility.md, Operations).
   * @throws DomainError ServiceNotFound, InvalidParameter
   */
  async associate(
    tenant: TenantName,
    id: string,
    customerId: string,
    event: ServiceStart,
  ): Promise<void> {
    const wasRefused = () => refusalOfAssociation(event);
    await this.write(tenant, id, wasRefused, (target) =>
      this.services.associate(target, customerId, event),
    );
  }

  /**
   * Completes a service, once more if need be; what is in it goes on.
   * @throws DomainError ServiceNotFound; InvalidParameter for an end before its start
   */
  async end(tenant: TenantName, id: string, event: ItemEvent): Promise<void> {
    const wasRefused = () => invalidParameter('timestamp', notBeforeStart);
    await this.write(tenant, id, wasRefused, (target) => this.services.end(target, event));
  }

  /** @throws DomainError ServiceNotFound; InvalidParameter for an end in the past */
  async setLife(tenant: TenantName, id: string, life: ServiceLifetime): Promise<void> {
    await this.write(tenant, id, expirationInPast, (target) =>
      this.services.setLifetime(target, life),
    );
  }

  /** Removes a service with all that is in it. @throws DomainError ServiceNotFound */
  async remove(tenant: TenantName, id: string): Promise<void> {
    const uuid = requireServiceUuid(id);
    await this.unitOfWork.run(async () => {
      if (!(await this.services.lockForRemoval(uuid, tenant))) throw serviceNotFound(id);
      await this.removal.removeLocked([uuid]);
    });
  }

  /** @throws DomainError ServiceNotFound */
  async read(tenant: TenantName, id: string, projection: AnswerProjection): Promise<ItemAnswer> {
    const row = await this.queries.find(requireServiceUuid(id), tenant, projection.items);
    if (row === undefined) throw serviceNotFound(id);
    return serviceAnswer(row, projection);
  }

  /** Services of an owner, by their start. */
  async list(
    owner: ServiceOwner,
    filter: ItemFilter,
    projection: AnswerProjection,
  ): Promise<ItemList> {
    const { items } = projection;
    const answers = (rows: readonly ServiceRow[]): ItemAnswer[] =>
      rows.map((row) => serviceAnswer(row, projection));
    return readList<string>({
      weigh: items.extensions ? () => this.queries.weighList(owner, filter) : undefined,
      readAll: async () => answers(await this.queries.list(owner, filter, items)),
      readSome: async (uuids) => answers(await this.queries.listSome(owner, filter, items, uuids)),
    });
  }

  private async write(
    tenant: TenantName,
    id: string,
    wasRefused: () => DomainError,
    write: (target: WriteTarget) => Promise<boolean>,
  ): Promise<void> {
    if ((await this.writes.writeOrRetry(tenant, id, write)) !== undefined) return;
    const isThere = await this.services.exists(requireServiceUuid(id), tenant);
    throw isThere ? wasRefused() : serviceNotFound(id);
  }
}

function expirationInPast(): DomainError {
  return invalidParameter('expiration_time', 'a time in the future');
}

/**
 * The database refused one of two times; its clock is the one that counts, ours finds the words.
 */
function refusalOfAssociation({ ttl, expirationTime, at }: ServiceStart): DomainError {
  const isPast = ttl === undefined && expirationTime !== undefined && expirationTime <= new Date();
  return isPast || at === undefined
    ? expirationInPast()
    : invalidParameter('timestamp', 'a time that is not after the end');
}
