import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { AutoCompletionRepository } from './auto-completion.repository.js';

const batchSize = 1000;

/** What a service's `auto_complete_after` asks for (docs/compatibility.md, Life). */
@Injectable()
export class AutoCompletionWriter {
  constructor(
    private readonly repository: AutoCompletionRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Writes down all auto-completions of a tenant that are due. */
  async completeAllDue(tenant: string): Promise<void> {
    // A unit of work goes again when it met another node's in the opposite order.
    const completeSome = (): Promise<number> =>
      this.unitOfWork.run(() => this.repository.completeDueOfTenant(tenant, batchSize));
    while ((await completeSome()) > 0);
  }
}
