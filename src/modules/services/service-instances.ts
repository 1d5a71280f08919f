import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Fields } from '../../core/http/body/index.js';
import { AccessResources } from '../access-resources/index.js';
import { isPossibleId, ServiceStorage } from '../storage/index.js';
import { ServiceInstanceRepository, type LockedService } from './service-instance.repository.js';
import { serviceInstanceNotFound } from './services.errors.js';
import type { EndReason, ServiceInstance } from './service-type.js';
import { ServiceTypes } from './service-types.js';

/** A service to be made. */
export interface NewService {
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds: number;
  readonly userData: Fields;
}

/** The life of services: begun with their storage, ended with all that is theirs. */
@Injectable()
export class ServiceInstances {
  constructor(
    private readonly repository: ServiceInstanceRepository,
    private readonly storage: ServiceStorage,
    private readonly access: AccessResources,
    private readonly types: ServiceTypes,
  ) {}

  /**
   * Makes a GMS-based service: its storage area has its own id. Inside a unit of work.
   * @throws DomainError InvalidKey, TooManyKeys
   */
  async create(service: NewService): Promise<ServiceInstance> {
    const id = randomUUID();
    const { name, type, ttlSeconds, userData } = service;
    const expiresAt = await this.repository.insert({ id, name, type, dataId: id }, ttlSeconds);
    await this.storage.create(id, expiresAt, userData);
    return { id, name, type, dataId: id, expiresAt };
  }

  /** @throws DomainError ServiceInstanceNotFound */
  async get(id: string): Promise<ServiceInstance> {
    const instance = isPossibleId(id) ? await this.repository.find(id) : undefined;
    if (instance === undefined) throw serviceInstanceNotFound(id);
    return instance;
  }

  /**
   * A live service, locked until the end of the unit of work.
   * @throws DomainError ServiceInstanceNotFound
   */
  async lock(id: string): Promise<LockedService> {
    const instance = isPossibleId(id) ? await this.repository.lock(id) : undefined;
    if (instance === undefined) throw serviceInstanceNotFound(id);
    return instance;
  }

  /**
   * Ends locked services with their data and their access numbers. Inside a unit of work. The data of
   * those that have expired is gone for readers already; the sweep of storage removes it.
   */
  async end(instances: readonly ServiceInstance[], reason: EndReason): Promise<void> {
    if (instances.length === 0) return;
    const ids = instances.map((instance) => instance.id);
    for (const [type, ended] of byType(instances)) {
      await this.types.find(type)?.onEnd?.(ended, reason);
    }
    await this.access.release(ids);
    if (reason === 'deleted') await this.storage.remove(instances.map(({ dataId }) => dataId));
    await this.repository.remove(ids);
  }
}

function byType(instances: readonly ServiceInstance[]): Map<string, ServiceInstance[]> {
  const groups = new Map<string, ServiceInstance[]>();
  for (const instance of instances) {
    const group = groups.get(instance.type);
    if (group === undefined) groups.set(instance.type, [instance]);
    else group.push(instance);
  }
  return groups;
}
