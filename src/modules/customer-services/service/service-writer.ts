import { Injectable } from '@nestjs/common';
import { requireServiceUuid } from '../item/item-ids.js';
import type { WriteTarget } from '../item/renewal-sql.js';
import type { TenantName } from '../tenant.js';
import { AutoCompletionRepository } from './auto-completion.repository.js';
import { LifetimeDefaultsReader } from '../item/lifetime-defaults.js';

/** What a write did: something that tells of it, or nothing, since what it needs is not there. */
type WriteOutcome<Written> = Written | false | undefined;

/** Runs writes on services and on what is in them. */
@Injectable()
export class ServiceWriter {
  constructor(
    private readonly completions: AutoCompletionRepository,
    private readonly lifetimes: LifetimeDefaultsReader,
  ) {}

  /** What the statement of a write begins with. */
  targetOf(tenant: TenantName, uuid: string): WriteTarget {
    return { uuid, tenant, defaults: this.lifetimes.defaults };
  }

  /**
   * Runs a write that leaves services alone whose auto-completion is due. When it wrote nothing, what
   * is due is written down and the write runs once more: also when somebody else was quicker to write
   * it down, since the first try may have been refused for it all the same.
   * @returns what `write` returned; undefined when it wrote nothing
   * @throws DomainError ServiceNotFound for a text that can be no id
   */
  async writeOrRetry<Written>(
    tenant: TenantName,
    serviceId: string,
    write: (target: WriteTarget) => Promise<WriteOutcome<Written>>,
  ): Promise<Written | undefined> {
    const target = this.targetOf(tenant, requireServiceUuid(serviceId));
    const written = await write(target);
    if (written !== false && written !== undefined) return written;
    await this.completions.completeIfDue(target.uuid, tenant);
    const second = await write(target);
    return second === false ? undefined : second;
  }
}
