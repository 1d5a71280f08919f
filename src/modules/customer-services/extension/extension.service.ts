import { Injectable } from '@nestjs/common';
import { type DomainError, invalidParameter } from '../../../core/errors/index.js';
import { requireStorable } from '../../../core/http/body/index.js';
import { EdgeSettings } from '../../edge/index.js';
import {
  serverOwnExtension,
  serviceNotFound,
  stateNotFound,
  taskNotFound,
} from '../customer-services.errors.js';
import { extensionNameForm, isExtensionName } from '../domain/reserved-names.js';
import { requireItemId, requireServiceUuid } from '../item/item-ids.js';
import { ServiceWriter } from '../service/service-writer.js';
import { ServiceRepository } from '../service/service.repository.js';
import { StateRepository } from '../state/state.repository.js';
import { TaskRepository } from '../task/task.repository.js';
import type { TenantName } from '../tenant.js';
import { ExtensionRepository, type ExtensionOwner } from './extension.repository.js';

/** An extension as an address names it. */
export interface ExtensionPath {
  readonly serviceId: string;
  /** Of which of the service's states or tasks; absent: of the service itself. */
  readonly item?: { readonly kind: 'state' | 'task'; readonly id: string };
  readonly name: string;
}

const notFound = { state: stateNotFound, task: taskNotFound };

/** Single extensions of services, states and tasks (docs/compatibility.md, Operations). */
@Injectable()
export class ExtensionsService {
  constructor(
    private readonly extensions: ExtensionRepository,
    private readonly services: ServiceRepository,
    private readonly states: StateRepository,
    private readonly tasks: TaskRepository,
    private readonly writes: ServiceWriter,
    private readonly edge: EdgeSettings,
  ) {}

  /**
   * Replaces an extension, or adds it.
   * @throws DomainError InvalidParameter for a name that none may have; Forbidden for the key that
   *   the server alone writes; ServiceNotFound, StateNotFound, TaskNotFound
   */
  async put(tenant: TenantName, path: ExtensionPath, value: unknown): Promise<void> {
    const holder = this.readOwner(path);
    const wrote = await this.writes.writeOrRetry(tenant, path.serviceId, (target) =>
      this.extensions.put(target, holder, path.name, value),
    );
    if (!wrote)
      throw (await this.findMissing(tenant, path, holder)) ?? serviceNotFound(path.serviceId);
  }

  /**
   * Puts members into an extension that is a map, or not there yet.
   * @throws DomainError as `put`; InvalidParameter when it is something else than a map
   */
  async merge(tenant: TenantName, path: ExtensionPath, members: object): Promise<void> {
    const holder = this.readOwner(path);
    const wrote = await this.writes.writeOrRetry(tenant, path.serviceId, (target) =>
      this.extensions.merge(target, holder, path.name, members),
    );
    if (wrote === undefined)
      throw (await this.findMissing(tenant, path, holder)) ?? notAMap(path.name);
  }

  private readOwner({ item, name }: ExtensionPath): ExtensionOwner {
    requireStorable('the name of the extension', name);
    if (!isExtensionName(name)) {
      throw invalidParameter(
        `the name of the extension ${JSON.stringify(name.slice(0, 40))}`,
        extensionNameForm,
      );
    }
    if (name.toLowerCase() === this.edge.serverOwnedKey) throw serverOwnExtension(name);
    if (item === undefined) return { kind: 'service' };
    return { kind: item.kind, id: requireItemId(item.id, notFound[item.kind]) };
  }

  /** What of the path is not there; undefined when all of it is. */
  private async findMissing(
    tenant: TenantName,
    { serviceId }: ExtensionPath,
    holder: ExtensionOwner,
  ): Promise<DomainError | undefined> {
    const uuid = requireServiceUuid(serviceId);
    if (!(await this.services.exists(uuid, tenant))) return serviceNotFound(serviceId);
    if (holder.kind === 'service') return undefined;
    const { kind, id } = holder;
    const isThere =
      kind === 'state'
        ? (await this.states.findCompletion(uuid, tenant, id)) !== undefined
        : await this.tasks.exists(uuid, tenant, id);
    return isThere ? undefined : notFound[kind](String(id));
  }
}

function notAMap(name: string): DomainError {
  return invalidParameter(
    `the extension ${JSON.stringify(name.slice(0, 40))}`,
    'a merge only while it is a map',
  );
}
