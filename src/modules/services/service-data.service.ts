import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import type { StreamAnswer } from '../../core/http/answer.js';
import type { Fields } from '../../core/http/body/index.js';
import { type FileInPieces, keysAnswer, ServiceStorage, valueAnswer } from '../storage/index.js';
import { splitFields } from './domain/service-parameters.js';
import { ServiceInstances } from './service-instances.js';
import { tagUser } from './user-tagger.js';
import { serviceInstanceNotFound } from './services.errors.js';
import type { ServiceLinkTo } from './service-type.js';

/** The storage of a live service (docs/compatibility.md, Service storage). */
@Injectable()
export class ServiceData {
  constructor(
    private readonly instances: ServiceInstances,
    private readonly storage: ServiceStorage,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Adds or replaces user data; parameters that begin with an underscore are ignored, files too.
   * @throws DomainError ServiceInstanceNotFound, InvalidKey, TooManyKeys
   */
  async write(id: string, fields: Fields): Promise<void> {
    const userData = new Map([...fields].filter(([name]) => !name.startsWith('_')));
    await this.writeData(id, userData);
  }

  /**
   * The request `update`: as `write`, but a file part named like a parameter is refused.
   * @throws DomainError InvalidParameter, ServiceInstanceNotFound, InvalidKey, TooManyKeys
   */
  async update(id: string, fields: Fields, user: string | undefined): Promise<void> {
    const { userData } = splitFields(fields);
    if (userData.size > 0) tagUser(userData, user);
    await this.writeData(id, userData);
  }

  /** @throws DomainError ServiceInstanceNotFound */
  async readAll(id: string, linkTo: ServiceLinkTo): Promise<Record<string, string> | StreamAnswer> {
    const { dataId } = await this.instances.get(id);
    const entries = await this.storage.readAll(dataId);
    if (entries === undefined) throw serviceInstanceNotFound(id);
    return keysAnswer(entries, (key) => linkTo(id, key));
  }

  /**
   * One key as a JSON object of its own.
   * @throws DomainError ServiceInstanceNotFound, KeyNotFound
   */
  async readOne(id: string, key: string, linkTo: ServiceLinkTo): Promise<Record<string, string>> {
    const { dataId } = await this.instances.get(id);
    const entry = await this.storage.readOne(dataId, key);
    return Object.fromEntries([[key, valueAnswer(entry, (name) => linkTo(id, name))]]);
  }

  /** @throws DomainError ServiceInstanceNotFound, KeyNotFound */
  async readFile(id: string, key: string): Promise<FileInPieces> {
    const { dataId } = await this.instances.get(id);
    return this.storage.readFile(dataId, key);
  }

  /** @throws DomainError ServiceInstanceNotFound, KeyNotFound, Forbidden */
  async removeOne(id: string, key: string): Promise<void> {
    const { dataId } = await this.instances.get(id);
    await this.storage.removeOne(dataId, key);
  }

  /** @throws DomainError ServiceInstanceNotFound */
  async removeAll(id: string): Promise<void> {
    await this.unitOfWork.run(async () => {
      const { dataId } = await this.instances.get(id);
      await this.storage.removeAll(dataId);
    });
  }

  private async writeData(id: string, userData: Fields): Promise<void> {
    await this.unitOfWork.run(async () => {
      const { dataId } = await this.instances.get(id);
      if (!(await this.storage.write(dataId, userData))) throw serviceInstanceNotFound(id);
    });
  }
}
