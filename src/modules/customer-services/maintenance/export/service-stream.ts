import { Injectable } from '@nestjs/common';
import { StreamAnswer } from '../../../../core/http/answer.js';
import { ExtensionSelection } from '../../domain/extension-selection.js';
import { serviceIdOf } from '../../domain/service-id.js';
import { type ItemAnswer, serviceAnswer, type AnswerProjection } from '../../item/item-answer.js';
import { fullProjection } from '../../item/item-row.js';
import { MaintenanceAudit } from '../audit/maintenance-audit.js';
import type { MaintenanceCaller } from '../audit/maintenance-audit.repository.js';
import { jsonArray } from '../../../../core/json/index.js';
import { type ExportOrder, parametersOf } from './export-order.js';
import { ServiceExport } from './service-export.js';

const fullAnswerProjection: AnswerProjection = {
  items: fullProjection,
  extensions: ExtensionSelection.all,
};

/** Services as one JSON array of any length. */
@Injectable()
export class ServiceStream {
  constructor(
    private readonly services: ServiceExport,
    private readonly audit: MaintenanceAudit,
  ) {}

  /**
   * The array as an answer, read as fast as the client takes it
   * (docs/operations/context-services-maintenance.md, Stream).
   */
  answer(caller: MaintenanceCaller, order: ExportOrder): StreamAnswer {
    return new StreamAnswer(() => ({
      contentType: 'application/json;charset=UTF-8',
      chunks: this.audited(caller, order),
    }));
  }

  /** What stands in the array: ids or whole services. */
  async *items(tenant: string, order: ExportOrder): AsyncGenerator<(string | ItemAnswer)[]> {
    const { selection, isWithContent } = order;
    if (isWithContent) {
      for await (const rows of this.services.services(tenant, selection)) {
        yield rows.map((row) => serviceAnswer(row, fullAnswerProjection));
      }
    } else {
      for await (const uuids of this.services.uuids(tenant, selection)) {
        yield uuids.map(serviceIdOf);
      }
    }
  }

  private async *audited(caller: MaintenanceCaller, order: ExportOrder) {
    const parameters = parametersOf(order);
    const run = await this.audit.startRun({ ...caller, operation: 'stream', parameters });
    yield* jsonArray(run.trackUntilRead(this.items(caller.tenant, order)));
  }
}
