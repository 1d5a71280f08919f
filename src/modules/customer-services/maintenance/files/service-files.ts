import type { FileHandle } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { StreamAnswer } from '../../../../core/http/answer.js';
import type { TenantName } from '../../tenant.js';
import { MaintenanceAudit } from '../audit/maintenance-audit.js';
import type { MaintenanceCaller } from '../audit/maintenance-audit.repository.js';
import type { MaintenanceRun } from '../audit/maintenance-run.js';
import { csvKinds, type ExportKind, jsonKinds } from '../domain/export-name.js';
import { type FilesOrder, parametersOf } from '../export/export-order.js';
import { jsonArray } from '../../../../core/json/index.js';
import { ServiceStream } from '../export/service-stream.js';
import { ServiceExport } from '../export/service-export.js';
import { exportFailed } from '../maintenance.errors.js';
import { LongWorkGate } from '../long-work-gate.js';
import { csvHeader, csvRows } from './csv-tables.js';
import type { ExportDraft } from './export-draft.js';
import { ExportFolder } from './export-folder.js';

const chunkBytes = 64 * 1024;

/**
 * Reads an open file to its end, piece by piece, and closes it.
 * @param bytes how long it was when it was opened
 * @throws Error when it has become shorter
 */
export async function* readChunks(
  handle: FileHandle,
  bytes: number,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let left = bytes; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(left, chunkBytes));
      const { bytesRead } = await handle.read(piece, 0, piece.length);
      if (bytesRead === 0) throw new Error('an exported file has become shorter');
      left -= bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Services as files on this node (docs/operations/context-services-maintenance.md, Files). */
@Injectable()
export class ServiceFiles {
  constructor(
    private readonly folder: ExportFolder,
    private readonly services: ServiceExport,
    private readonly stream: ServiceStream,
    private readonly audit: MaintenanceAudit,
    private readonly workGate: LongWorkGate,
  ) {}

  /**
   * Writes what there is when it is called, also when the caller does not wait for the end.
   * @returns the files' names
   * @throws DomainError ExportFailed, NodeStopping; no file is left then
   */
  async export(caller: MaintenanceCaller, order: FilesOrder): Promise<{ created: string[] }> {
    const parameters = parametersOf(order);
    const run = await this.audit.startRun({ ...caller, operation: 'files', parameters });
    return run.track(async () => ({
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
        chunks: readChunks(handle, bytes),
      };
    });
  }

  private exportJson(tenant: TenantName, order: FilesOrder, run: MaintenanceRun) {
    return this.writeDraft(tenant, jsonKinds, async (draft) => {
      const batches = run.countBatches(this.untilStop(this.stream.items(tenant, order)));
      for await (const text of jsonArray(batches)) {
        await draft.write('services.json', text).catch(throwExportFailed);
      }
    });
  }

  /** Tables of ids alone would serve nobody: whatever is said of the content, it is in them. */
  private exportCsv(tenant: TenantName, { selection }: FilesOrder, run: MaintenanceRun) {
    return this.writeDraft(tenant, csvKinds, async (draft) => {
      for (const kind of csvKinds)
        await draft.write(kind, csvHeader(kind)).catch(throwExportFailed);
      const batches = run.countBatches(this.untilStop(this.services.services(tenant, selection)));
      for await (const services of batches) {
        for (const kind of csvKinds)
          await draft.write(kind, csvRows(kind, services)).catch(throwExportFailed);
      }
    });
  }

  private async *untilStop<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      this.workGate.requireRunning();
      yield batch;
    }
  }

  private async writeDraft<Kind extends ExportKind>(
    tenant: TenantName,
    kinds: readonly Kind[],
    write: (draft: ExportDraft<Kind>) => Promise<void>,
  ): Promise<string[]> {
    const draft = await this.folder.draft(tenant, kinds).catch(throwExportFailed);
    try {
      await write(draft);
      return await draft.publish().catch(throwExportFailed);
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }
}

function throwExportFailed(error: unknown): never {
  throw exportFailed(error);
}
