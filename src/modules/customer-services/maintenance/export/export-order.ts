import type { ServiceExportQuery, ServiceFilesBody } from '../maintenance.dto.js';

/**
 * Which services are exported (docs/operations/context-services-maintenance.md, Which services).
 */
export interface ServiceSelection {
  /** The first instant of the range. */
  readonly from: Date;
  /** The first instant after the range; undefined: all that is there. */
  readonly to: Date | undefined;
  /** Which event is to lie in the range: that of the start, of the end, or either. */
  readonly events: ServiceExportQuery['filter_events'];
  readonly state: ServiceExportQuery['filter_state'];
}

export interface ExportOrder {
  readonly selection: ServiceSelection;
  /** Whether whole services are wanted, and not their ids alone. */
  readonly isWithContent: boolean;
}

export interface FilesOrder extends ExportOrder {
  readonly format: ServiceFilesBody['format'];
}

/** What the stream is asked for. */
export function exportOrderOf(query: ServiceExportQuery): ExportOrder {
  return {
    selection: {
      from: query.time_from,
      to: query.time_to,
      events: query.filter_events,
      state: query.filter_state,
    },
    isWithContent: query.export_content,
  };
}

/** What files are asked for. */
export function filesOrderOf(body: ServiceFilesBody): FilesOrder {
  return { ...exportOrderOf(body), format: body.format };
}

/** How the audit shows what was asked for. */
export function parametersOf(order: ExportOrder | FilesOrder): Readonly<Record<string, unknown>> {
  const { from, to, events, state } = order.selection;
  return {
    time_from: from.toISOString(),
    ...(to !== undefined && { time_to: to.toISOString() }),
    filter_events: events,
    filter_state: state,
    export_content: order.isWithContent,
    ...('format' in order && { format: order.format }),
  };
}
