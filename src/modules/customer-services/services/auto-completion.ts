import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { AutoCompletionRepository } from './auto-completion.repository.js';

const batch = 1000;

/** What a service's `auto_complete_after` asks for (cs.md, Decisions). */
@Injectable()
export class AutoCompletion {
  constructor(
    private readonly repository: AutoCompletionRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Runs a write that leaves services alone whose auto-completion is due. When it wrote nothing, what
   * is due is written down and the write runs once more: also when somebody else was quicker to write
   * it down, since the first try may have been refused for it all the same.
   */
  async before<Written>(
    uuid: string,
    tenant: string,
    write: () => Promise<Written | false | undefined>,
  ): Promise<Written | false | undefined> {
    const written = await write();
    if (written !== false && written !== undefined) return written;
    await this.repository.completeOne(uuid, tenant);
    return write();
  }

  /** Writes down all auto-completions of a tenant that are due. */
  async completeAllDue(tenant: string): Promise<void> {
    // A unit of work goes again when it met another node's in the opposite order.
    const completeSome = (): Promise<number> =>
      this.unitOfWork.run(() => this.repository.completeSome(tenant, batch));
    while ((await completeSome()) > 0);
  }
}
