import { Injectable } from '@nestjs/common';
import { requireServiceUuid } from '../items/item-ids.js';
import type { Target } from '../items/renewal.js';
import type { TenantName } from '../tenant.js';
import { AutoCompletionRepository } from './auto-completion.repository.js';
import { Lifetimes } from './lifetimes.js';

/** What a write did: something that tells of it, or nothing, since what it needs is not there. */
type Outcome<Written> = Written | false | undefined;

/** Runs writes on services and on what is in them. */
@Injectable()
export class ServiceWrites {
  constructor(
    private readonly completions: AutoCompletionRepository,
    private readonly lifetimes: Lifetimes,
  ) {}

  /** What the statement of a write begins with. */
  targetOf(tenant: TenantName, uuid: string): Target {
    return { uuid, tenant, defaults: this.lifetimes.defaults };
  }

  /**
   * Runs a write that leaves services alone whose auto-completion is due. When it wrote nothing, what
   * is due is written down and the write runs once more: also when somebody else was quicker to write
   * it down, since the first try may have been refused for it all the same.
   * @returns what `write` returned; undefined when it wrote nothing
   * @throws DomainError ServiceNotFound for a text that can be no id
   */
  async run<Written>(
    tenant: TenantName,
    serviceId: string,
    write: (target: Target) => Promise<Outcome<Written>>,
  ): Promise<Written | undefined> {
    const target = this.targetOf(tenant, requireServiceUuid(serviceId));
    const written = await write(target);
    if (written !== false && written !== undefined) return written;
    await this.completions.completeOne(target.uuid, tenant);
    const second = await write(target);
    return second === false ? undefined : second;
  }
}
