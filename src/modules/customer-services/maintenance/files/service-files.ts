import { Injectable } from '@nestjs/common';
import { StreamAnswer } from '../../../../core/http/answer.js';
import type { TenantName } from '../../tenant.js';
import { MaintenanceAudit } from '../audit/maintenance-audit.js';
import type { MaintenanceCaller } from '../audit/maintenance-call.js';
import type { MaintenanceRun } from '../audit/maintenance-run.js';
import { csvKinds, type ExportKind, jsonKinds } from '../domain/export-name.js';
import { type FilesOrder, parametersOf } from '../export/export-order.js';
import { jsonArray } from '../export/json-array.js';
import { ServiceExport } from '../export/service-export.js';
import { ServiceStream } from '../export/service-stream.js';
import { exportFailed } from '../maintenance.errors.js';
import { NodeStop } from '../node-stop.js';
import { csvHeader, csvRows } from './csv-tables.js';
import type { ExportDraft } from './export-draft.js';
import { ExportFolder } from './export-folder.js';
import { piecesOf } from './pieces.js';

/** Services as files on this node (cs.md, Operations). */
@Injectable()
export class ServiceFiles {
  constructor(
    private readonly folder: ExportFolder,
    private readonly services: ServiceExport,
    private readonly stream: ServiceStream,
    private readonly audit: MaintenanceAudit,
    private readonly stop: NodeStop,
  ) {}

  /**
   * Writes what there is when it is called, also when the caller does not wait for the end.
   * @returns the files' names
   * @throws DomainError ExportFailed, NodeStopping; no file is left then
   */
  async export(caller: MaintenanceCaller, order: FilesOrder): Promise<{ created: string[] }> {
    const parameters = parametersOf(order);
    const run = await this.audit.begin({ ...caller, operation: 'files', parameters });
    return run.during(async () => ({
      created:
        order.format === 'json'
          ? await this.exportJson(caller.tenant, order, run)
          : await this.exportCsv(caller.tenant, order, run),
    }));
  }

  /** @throws DomainError FileNotFound */
  download(tenant: TenantName, name: string): StreamAnswer {
    return new StreamAnswer(async () => {
      const { handle, bytes } = await this.folder.open(tenant, name);
      return {
        contentType: `${name.endsWith('.csv') ? 'text/csv' : 'application/json'};charset=UTF-8`,
        file: { name, bytes },
        chunks: piecesOf(handle, bytes),
      };
    });
  }

  private exportJson(tenant: TenantName, order: FilesOrder, run: MaintenanceRun) {
    return this.drafted(tenant, jsonKinds, async (draft) => {
      const batches = run.counted(this.going(this.stream.items(tenant, order)));
      for await (const text of jsonArray(batches)) {
        await draft.write('services.json', text).catch(failed);
      }
    });
  }

  /** Tables of ids alone would serve nobody: whatever is said of the content, it is in them. */
  private exportCsv(tenant: TenantName, { selection }: FilesOrder, run: MaintenanceRun) {
    return this.drafted(tenant, csvKinds, async (draft) => {
      for (const kind of csvKinds) await draft.write(kind, csvHeader(kind)).catch(failed);
      const batches = run.counted(this.going(this.services.services(tenant, selection)));
      for await (const services of batches) {
        for (const kind of csvKinds) await draft.write(kind, csvRows(kind, services)).catch(failed);
      }
    });
  }

  private async *going<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      this.stop.requireGoingOn();
      yield batch;
    }
  }

  private async drafted<Kind extends ExportKind>(
    tenant: TenantName,
    kinds: readonly Kind[],
    write: (draft: ExportDraft<Kind>) => Promise<void>,
  ): Promise<string[]> {
    const draft = await this.folder.draft(tenant, kinds).catch(failed);
    try {
      await write(draft);
      return await draft.publish().catch(failed);
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }
}

function failed(error: unknown): never {
  throw exportFailed(error);
}
