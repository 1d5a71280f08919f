import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import { missingParameter } from '../../core/errors/index.js';
import type { Fields } from '../../core/http/body/index.js';
import { AccessResources } from '../access-resources/index.js';
import { parseTtl, ServiceStorage } from '../storage/index.js';
import { parseInstant } from './domain/instant.js';
import { ServiceInstanceRepository } from './service-instance.repository.js';
import { ServiceInstances } from './service-instances.js';
import { instantInPast } from './services.errors.js';

/** Ending services, and moving their end (docs/compatibility.md, Service API). */
@Injectable()
export class ServiceLife {
  constructor(
    private readonly repository: ServiceInstanceRepository,
    private readonly instances: ServiceInstances,
    private readonly storage: ServiceStorage,
    private readonly access: AccessResources,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Ends a service; its data and its access number go with it.
   * @throws DomainError ServiceInstanceNotFound
   */
  async delete(id: string): Promise<void> {
    await this.unitOfWork.run(async () => {
      await this.instances.end([await this.instances.lock(id)], 'deleted');
    });
  }

  /**
   * Moves the end of a service, its data and its booking: `ttl` seconds from now, or to
   * `expiration_time`; ttl wins.
   * @throws DomainError ServiceInstanceNotFound, MissingParameter, InvalidParameter
   */
  async changeExpiration(id: string, fields: Fields): Promise<void> {
    const end = readEnd(fields);
    await this.unitOfWork.run(async () => {
      const instance = await this.instances.lock(id);
      const expiresAt =
        typeof end === 'number'
          ? await this.repository.endIn(id, end)
          : await this.repository.endAt(id, end);
      if (expiresAt === undefined) throw instantInPast('expiration_time');
      await this.storage.moveEnd(instance.dataId, expiresAt);
      await this.access.changeExpiration(id, expiresAt);
    });
  }
}

/** Seconds from now, or an instant. */
function readEnd(fields: Fields): number | Date {
  const ttl = fields.get('ttl');
  if (typeof ttl === 'string' && ttl !== '') return parseTtl('ttl', ttl);
  const instant = fields.get('expiration_time');
  if (typeof instant === 'string' && instant !== '')
    return parseInstant('expiration_time', instant);
  throw missingParameter('ttl or expiration_time');
}
