import { stringify } from 'csv-stringify/sync';
import { numberTextOf, type JsonNumber, writeJson } from '../../../../core/json/index.js';
import { commonNames } from '../../domain/reserved-names.js';
import { serviceIdOf } from '../../domain/service-id.js';
import type { ItemRow, ServiceRow } from '../../item/item-row.js';
import type { csvKinds } from '../domain/export-name.js';

type CsvKind = (typeof csvKinds)[number];
type Cell = string | number | JsonNumber | null | undefined;
type Line = readonly Cell[];

/** RFC 4180. Texts stand in quotes and numbers do not, so that `"7"` and `7` stay what they are. */
const options = {
  record_delimiter: '\r\n',
  quoted_string: true,
  cast: {
    string: escapeFormula,
    object: String,
  },
};

const eventColumns = ['started', 'completed'].flatMap((event) =>
  ['timestamp', ...commonNames].map((name) => `${event}.${name}`),
);
const commonColumns = [
  ...eventColumns,
  ...['est_duration', 'duration', 'disposition', 'disposition_desc', 'extensions'],
];

const columns: Readonly<Record<CsvKind, readonly string[]>> = {
  'services.csv': ['service_id', 'service_type', 'customer_id', 'contact_key', ...commonColumns],
  'states.csv': ['service_id', 'state_id', 'state_type', 'previous_state_id', ...commonColumns],
  'tasks.csv': ['service_id', 'task_id', 'task_type', 'state_id', ...commonColumns],
};

/** The first line of a file, which names its columns. */
export function csvHeader(kind: CsvKind): string {
  return stringify([[...columns[kind]]], options);
}

/** What a file has of these services, a line for each service, state or task. */
export function csvRows(kind: CsvKind, services: readonly ServiceRow[]): string {
  return stringify(services.flatMap(linesOf[kind]), options);
}

const linesOf: Readonly<Record<CsvKind, (service: ServiceRow) => Line[]>> = {
  'services.csv': (service) => [
    [
      ...[serviceIdOf(service.id), service.type, service.customerId, service.contactKey],
      ...commonCells(service),
    ],
  ],
  'states.csv': ({ id, states }) =>
    (states ?? []).map((state) => [
      ...[serviceIdOf(id), state.id, state.type, state.previousStateId],
      ...commonCells(state),
    ]),
  'tasks.csv': ({ id, tasks }) =>
    (tasks ?? []).map((task) => [
      ...[serviceIdOf(id), task.id, task.type, task.stateId],
      ...commonCells(task),
    ]),
};

function commonCells(row: ItemRow): Line {
  const { startedMs, started, completedMs, completed, estDuration, extensions } = row;
  return [
    ...eventCells(startedMs, started),
    ...eventCells(completedMs, completed ?? {}),
    estDuration,
    completedMs === null ? null : completedMs - startedMs,
    toCell(completed?.disposition),
    toCell(completed?.disposition_desc),
    writeJson(extensions ?? {}),
  ];
}

function eventCells(at: number | null, fields: ItemRow['started']): Line {
  const timestamp = at === null ? null : new Date(at).toISOString();
  return [timestamp, ...commonNames.map((name) => toCell(fields[name]))];
}

function toCell(value: unknown): Cell {
  return typeof value === 'string' || numberTextOf(value) !== undefined ? (value as Cell) : null;
}

/**
 * Spreadsheets run a cell that begins like a formula; an apostrophe before it makes it a text. What is
 * a plain number, as a phone number with its plus, is none.
 */
function escapeFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
}
