import { missingParameter } from '../../../../core/errors/index.js';
import { instantForm, instantOf } from '../../../../core/time/index.js';
import { readParameter } from '../../item/item-query.dto.js';

const eventWords = ['any', 'started', 'completed'] as const;
const stateWords = ['any', 'active', 'inactive'] as const;
const formatWords = ['json', 'csv'] as const;

/**
 * Which services are exported (docs/operations/context-services-maintenance.md, Which services).
 */
export interface ServiceSelection {
  /** The first instant of the range. */
  readonly from: Date;
  /** The first instant after the range; undefined: all that is there. */
  readonly to: Date | undefined;
  /** Which event is to lie in the range: that of the start, of the end, or either. */
  readonly events: (typeof eventWords)[number];
  readonly state: (typeof stateWords)[number];
}

export interface ExportOrder {
  readonly selection: ServiceSelection;
  /** Whether whole services are wanted, and not their ids alone. */
  readonly isWithContent: boolean;
}

export interface FilesOrder extends ExportOrder {
  readonly format: (typeof formatWords)[number];
}

/** Parameters by their names, of a query or of a JSON body. */
type RawParameters = Readonly<Record<string, unknown>>;

/**
 * Reads the parameters of the stream.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function exportOrderOf(query: RawParameters): ExportOrder {
  return orderOf(queryParameters(query));
}

/**
 * Reads the parameters of files; a member of the body wins over the query.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function filesOrderOf(query: RawParameters, body: RawParameters): FilesOrder {
  const members = Object.entries(body).filter(([, value]) => value !== null);
  const given = { ...queryParameters(query), ...Object.fromEntries(members) };
  return { ...orderOf(given), format: wordOf(given, 'format', formatWords) };
}

/** How the audit shows what was asked for. */
export function parametersOf(order: ExportOrder | FilesOrder): RawParameters {
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

function orderOf(given: RawParameters): ExportOrder {
  const from = given.time_from === '' ? undefined : instantIn(given, 'time_from');
  if (from === undefined) throw missingParameter('time_from');
  const selection: ServiceSelection = {
    from,
    to: instantIn(given, 'time_to'),
    events: wordOf(given, 'filter_events', eventWords),
    state: wordOf(given, 'filter_state', stateWords),
  };
  return { selection, isWithContent: booleanIn(given, 'export_content') };
}

/** A client that did not encode the `+` of an offset sent a blank. */
function queryParameters(query: RawParameters): RawParameters {
  const given: Record<string, unknown> = { ...query };
  for (const name of ['time_from', 'time_to']) {
    const written = given[name];
    if (typeof written === 'string') given[name] = written.replace(' ', '+');
  }
  return given;
}

function instantIn(given: RawParameters, name: string): Date | undefined {
  return readParameter(given, name, instantForm, instantOf);
}

/** A word in any case; the first of them is what is meant when nothing is said. */
function wordOf<Word extends string>(
  given: RawParameters,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const find = (text: string): Word | undefined =>
    words.find((word) => word === text.toLowerCase());
  return readParameter(given, name, `one of ${words.join(', ')}`, find) ?? words[0];
}

function booleanIn(given: RawParameters, name: string): boolean {
  const written = given[name];
  if (typeof written === 'boolean') return written;
  return wordOf(given, name, ['false', 'true']) === 'true';
}
