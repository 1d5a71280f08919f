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
   * Runs a write that leaves services alone whose auto-completion is due. When it wrote nothing and
   * that was the reason, the completion is written down and the write runs once more.
   */
  async before<Written>(
    uuid: string,
    tenant: string,
    write: () => Promise<Written | false | undefined>,
  ): Promise<Written | false | undefined> {
    const written = await write();
    if (written !== false && written !== undefined) return written;
    return (await this.repository.completeOne(uuid, tenant)) ? write() : written;
  }

  /** Writes down all auto-completions of a tenant that are due. */
  async completeAllDue(tenant: string): Promise<void> {
    // A unit of work goes again when it met another node's in the opposite order.
    const completeSome = (): Promise<number> =>
      this.unitOfWork.run(() => this.repository.completeSome(tenant, batch));
    while ((await completeSome()) > 0);
  }
}
