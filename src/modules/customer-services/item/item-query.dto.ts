import { invalidParameter } from '../../../core/errors/index.js';
import { requireStorable } from '../../../core/http/body/index.js';
import { ExtensionSelection } from '../domain/extension-selection.js';
import { instantForm, instantOf } from '../../../core/time/index.js';
import type { AnswerProjection } from './item-answer.js';
import type { Activity, ItemFilter } from './item-filter.js';

/** The parameters of a query string; a name that stands there twice has a list. */
export type Query = Readonly<Record<string, unknown>>;

const maxListed = 1000;
const maxIndex = Number.MAX_SAFE_INTEGER;

/**
 * Which items of a list are asked for (docs/compatibility.md, Queries).
 * @param types the parameter that names types, as `service_types`
 * @throws DomainError InvalidParameter, InvalidText
 */
export function readItemFilter(
  query: Query,
  types: string,
  activity: Activity | undefined,
): ItemFilter {
  const named = readList(query, types);
  return {
    types: named.length === 0 ? undefined : named,
    startedFrom: readInstant(query, 'started_from'),
    startedTo: readInstant(query, 'started_to'),
    completedFrom: readInstant(query, 'completed_from'),
    completedTo: readInstant(query, 'completed_to'),
    activity,
    size: readWholeNumber(query, 'size', 1, maxListed) ?? maxListed,
    index: readWholeNumber(query, 'index', 0, maxIndex) ?? 0,
  };
}

/**
 * What is returned of each item.
 * @throws DomainError InvalidParameter, InvalidText
 */
export function readProjection(query: Query): AnswerProjection {
  const entries = readList(query, 'extensions');
  const extensions = new ExtensionSelection(entries);
  return {
    items: {
      activeStates: readBoolean(query, 'active_states') ?? false,
      completedStates: readBoolean(query, 'completed_states') ?? false,
      activeTasks: readBoolean(query, 'active_tasks') ?? false,
      completedTasks: readBoolean(query, 'completed_tasks') ?? false,
      extensions: !extensions.isEmpty,
    },
    extensions,
  };
}

/**
 * An instant; a client that did not encode the `+` of an offset sent a blank.
 * @throws DomainError InvalidParameter
 */
export function readInstant(query: Query, name: string): Date | undefined {
  return readParameter(query, name, instantForm, (text) => instantOf(text.replace(' ', '+')));
}

/** `true` and `false` in any case. @throws DomainError InvalidParameter */
export function readBoolean(query: Query, name: string): boolean | undefined {
  const words: Readonly<Record<string, boolean>> = { true: true, false: false };
  return readParameter(query, name, 'true or false', (text) => {
    const word = text.toLowerCase();
    return Object.hasOwn(words, word) ? words[word] : undefined;
  });
}

/** @throws DomainError InvalidParameter */
export function readWholeNumber(
  query: Query,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const takes = `a whole number from ${String(least)} to ${String(most)}`;
  return readParameter(query, name, takes, (text) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : -1;
    return number >= least && number <= most ? number : undefined;
  });
}

/**
 * A parameter that stands at most once.
 * @throws DomainError InvalidParameter
 */
export function readParameter<Value>(
  query: Query,
  name: string,
  takes: string,
  read: (text: string) => Value | undefined,
): Value | undefined {
  const written = query[name];
  if (written === undefined) return undefined;
  const value = typeof written === 'string' ? read(written) : undefined;
  if (value === undefined) throw invalidParameter(name, takes);
  return value;
}

/**
 * A list, with commas or the parameter more than once; empty entries do not count.
 * @throws DomainError InvalidText
 */
function readList(query: Query, name: string): string[] {
  const written = query[name];
  const texts = Array.isArray(written) ? (written as unknown[]) : [written ?? ''];
  const entries = texts.flatMap((text) => String(text).split(','));
  for (const entry of entries) requireStorable(name, entry);
  return entries.filter((entry) => entry !== '');
}
