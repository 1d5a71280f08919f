import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { type DomainError, invalidParameter } from '../../../core/errors/index.js';
import { serviceNotFound } from '../customer-services.errors.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { ItemEvent } from '../items/event-fields.js';
import { type ItemAnswer, serviceAnswer, type Shown } from '../items/item-answer.js';
import type { ItemFilter } from '../items/item-filter.js';
import { requireServiceUuid } from '../items/item-ids.js';
import type { Target } from '../items/renewal.js';
import type { TenantName } from '../tenant.js';
import type { NewService, ServiceLife, ServiceStart } from './new-service.js';
import { ServiceQueryRepository } from './service-query.repository.js';
import { ServiceRemovalRepository } from './service-removal.repository.js';
import { ServiceWrites } from './service-writes.js';
import { ServiceRepository } from './service.repository.js';

const notBeforeStart = 'a time that is not before the start';

/** Services of customers (cs.md, Operations). */
@Injectable()
export class ServicesService {
  constructor(
    private readonly services: ServiceRepository,
    private readonly queries: ServiceQueryRepository,
    private readonly removal: ServiceRemovalRepository,
    private readonly writes: ServiceWrites,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @returns the id of the new service
   * @throws DomainError InvalidParameter when its end lies in the past
   */
  async start(tenant: TenantName, service: NewService): Promise<string> {
    const uuid = randomUUID();
    if (!(await this.services.start(this.writes.targetOf(tenant, uuid), service)))
      throw inThePast();
    return serviceIdOf(uuid);
  }

  /**
   * Gives a service to a customer, whoever had it before (cs.md, Association).
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
  async setLife(tenant: TenantName, id: string, life: ServiceLife): Promise<void> {
    await this.write(tenant, id, inThePast, (target) => this.services.setLife(target, life));
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
  async read(tenant: TenantName, id: string, shown: Shown): Promise<ItemAnswer> {
    const row = await this.queries.find(requireServiceUuid(id), tenant, shown.wanted);
    if (row === undefined) throw serviceNotFound(id);
    return serviceAnswer(row, shown);
  }

  /** Services of a customer, by their start. */
  async listOfCustomer(
    tenant: TenantName,
    customerId: string,
    filter: ItemFilter,
    shown: Shown,
  ): Promise<ItemAnswer[]> {
    const rows = await this.queries.listOfCustomer(tenant, customerId, filter, shown.wanted);
    return rows.map((row) => serviceAnswer(row, shown));
  }

  /** Services that no customer has, by contact key and by their start. */
  async listOfContact(
    tenant: TenantName,
    contactKey: string,
    filter: ItemFilter,
    shown: Shown,
  ): Promise<ItemAnswer[]> {
    const rows = await this.queries.listOfContact(tenant, contactKey, filter, shown.wanted);
    return rows.map((row) => serviceAnswer(row, shown));
  }

  private async write(
    tenant: TenantName,
    id: string,
    wasRefused: () => DomainError,
    write: (target: Target) => Promise<boolean>,
  ): Promise<void> {
    if ((await this.writes.run(tenant, id, write)) !== undefined) return;
    const isThere = await this.services.exists(requireServiceUuid(id), tenant);
    throw isThere ? wasRefused() : serviceNotFound(id);
  }
}

function inThePast(): DomainError {
  return invalidParameter('expiration_time', 'a time in the future');
}

/** The database refused one of two times; its clock is the one that counts, ours finds the words. */
function refusalOfAssociation({ ttl, expirationTime, at }: ServiceStart): DomainError {
  const isPast = ttl === undefined && expirationTime !== undefined && expirationTime <= new Date();
  return isPast || at === undefined
    ? inThePast()
    : invalidParameter('timestamp', 'a time that is not after the end');
}
