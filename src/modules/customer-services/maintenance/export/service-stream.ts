import { Injectable } from '@nestjs/common';
import { StreamAnswer } from '../../../../core/http/answer.js';
import { ExtensionSelection } from '../../domain/extension-selection.js';
import { serviceIdOf } from '../../domain/service-id.js';
import { type ItemAnswer, serviceAnswer, type Shown } from '../../items/item-answer.js';
import { everythingWanted } from '../../items/item-row.js';
import { MaintenanceAudit } from '../audit/maintenance-audit.js';
import type { MaintenanceCaller } from '../audit/maintenance-call.js';
import { type ExportOrder, parametersOf } from './export-order.js';
import { jsonArray } from './json-array.js';
import { ServiceExport } from './service-export.js';

const everything: Shown = { wanted: everythingWanted, extensions: ExtensionSelection.all };

/** Services as one JSON array of any length. */
@Injectable()
export class ServiceStream {
  constructor(
    private readonly services: ServiceExport,
    private readonly audit: MaintenanceAudit,
  ) {}

  /** The array as an answer, read as fast as the client takes it (cs.md, Operations). */
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
        yield rows.map((row) => serviceAnswer(row, everything));
      }
    } else {
      for await (const uuids of this.services.uuids(tenant, selection)) {
        yield uuids.map(serviceIdOf);
      }
    }
  }

  private async *audited(caller: MaintenanceCaller, order: ExportOrder) {
    const parameters = parametersOf(order);
    const run = await this.audit.begin({ ...caller, operation: 'stream', parameters });
    yield* jsonArray(run.follow(this.items(caller.tenant, order)));
  }
}
