import { at } from '../../support/customer-services.js';

/** What a test believes of one service: the documented rules on plain objects in memory. */
export interface Model {
  readonly service: Item;
  readonly states: Item[];
  readonly tasks: Item[];
  isDeleted: boolean;
}

export interface Item {
  /** The path of the item's calls, `/services/…`. */
  readonly path: string;
  /** What it is shown with, but for the rest. */
  readonly fields: Record<string, unknown>;
  started: Event;
  /** `completed`, `disposition` and `disposition_desc` of the last end. */
  ending?: { completed: Event; [field: string]: unknown };
  readonly extensions: Map<string, unknown>;
}

export interface Event {
  readonly timestamp: string;
  readonly session_id?: string;
  readonly media_type?: unknown;
}

/** The parts of a body, made at random. */
export interface Parts {
  /** Seconds, for the timestamp. */
  readonly seconds: number;
  readonly event: { session_id?: string; media_type?: unknown };
  readonly type?: unknown;
  readonly est_duration?: number;
  readonly disposition: { disposition?: unknown; disposition_desc?: string };
  readonly extensions: Readonly<Record<string, unknown>>;
}

type Kind = 'service' | 'state' | 'task';

/** Which item: the nth of its kind, counted round; of none an unknown id. */
interface Target {
  readonly of: Kind;
  readonly nth: number;
}

export type Command =
  | { kind: 'associate'; customer: string; isTimed: boolean; parts: Parts }
  | { kind: 'end'; target: Target; parts: Parts }
  | { kind: 'startState'; parts: Parts }
  | { kind: 'startTask'; on: number | undefined; parts: Parts }
  | { kind: 'transition'; from: number; parts: Parts }
  | { kind: 'put'; target: Target; name: string; value: unknown }
  | { kind: 'merge'; target: Target; name: string; map: Readonly<Record<string, unknown>> }
  | { kind: 'delete' };

/** A request, what it may be answered, and what then is true; refusals change nothing. */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** `204`, or `404 StateNotFound`: more than one where no document names an order of faults. */
  readonly expected: readonly string[];
  apply(answer: any): void;
}

/** The item as GET shows it, with all extensions. */
export function shown(item: Item, ...without: string[]): Record<string, unknown> {
  const { fields, started, ending, extensions } = item;
  const duration = ending && {
    duration: Date.parse(ending.completed.timestamp) - Date.parse(started.timestamp),
  };
  const all = { ...fields, started, ...ending, ...duration, ...Object.fromEntries(extensions) };
  const wanted = Object.entries(all).filter(
    ([name, value]) => value !== undefined && !without.includes(name),
  );
  return Object.fromEntries(wanted);
}

/** By start, then by number, as every list. */
export function listed(items: readonly Item[], id: string): Item[] {
  const order = (item: Item): [string, number] => [item.started.timestamp, Number(item.fields[id])];
  return [...items].sort((one, other) => {
    const [[a, m], [b, n]] = [order(one), order(other)];
    return a === b ? m - n : a < b ? -1 : 1;
  });
}

export function eventOf({ seconds, event }: Parts): Event {
  return { timestamp: at(seconds), ...event };
}

/** What a command asks, and what the documented rules say to it. */
export function stepOf(model: Model, command: Command): Step {
  const step = plan(model, command);
  if (!model.isDeleted) return step;
  return { ...step, expected: ['404 ServiceNotFound'], apply: () => undefined };
}

function plan(model: Model, command: Command): Step {
  const path = model.service.path;
  switch (command.kind) {
    case 'associate':
      return associate(model, command.customer, command.isTimed, command.parts);
    case 'end':
      return end(model, command.target, command.parts);
    case 'startState':
      return startState(model, command.parts);
    case 'startTask':
      return startTask(model, command.on, command.parts);
    case 'transition':
      return transition(model, command.from, command.parts);
    case 'put':
      return put(model, command.target, command.name, command.value);
    case 'merge':
      return merge(model, command.target, command.name, command.map);
    case 'delete':
      return {
        ...{ method: 'DELETE', path, expected: ['200'] },
        apply: () => (model.isDeleted = true),
      };
  }
}

function itemOf(model: Model, { of, nth }: Target): Item | undefined {
  if (of === 'service') return model.service;
  const items = of === 'state' ? model.states : model.tasks;
  return items[nth % items.length];
}

const pathOf = (model: Model, { of }: Target, item: Item | undefined): string =>
  item?.path ?? `${model.service.path}/${of}s/0`;

const notFound = ({ of }: Target): string => `404 ${of === 'state' ? 'State' : 'Task'}NotFound`;

const isEarlier = (one: Event, other: Event): boolean => one.timestamp < other.timestamp;

function extend(item: Item, extensions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(extensions)) item.extensions.set(name, value);
}

function associate(model: Model, customer_id: string, isTimed: boolean, parts: Parts): Step {
  const { service } = model;
  const { event, type, est_duration, extensions } = parts;
  const given = isTimed ? eventOf(parts) : event;
  const start = { service_type: type, est_duration };
  const started = { ...service.started, ...defined(given) };
  const isWrong = service.ending !== undefined && isEarlier(service.ending.completed, started);
  return {
    ...{ method: 'POST', path: `/customers/${customer_id}${service.path}` },
    body: { ...given, ...start, ...extensions },
    expected: [isWrong ? '400 InvalidParameter' : '204'],
    apply: () => {
      Object.assign(service.fields, { customer_id, ...defined(start) });
      service.started = started;
      extend(service, extensions);
    },
  };
}

function end(model: Model, target: Target, parts: Parts): Step {
  const item = itemOf(model, target);
  const completed = eventOf(parts);
  const isWrong = item !== undefined && isEarlier(completed, item.started);
  const refusal = item === undefined ? notFound(target) : '400 InvalidParameter';
  return {
    ...{ method: 'POST', path: `${pathOf(model, target, item)}/end` },
    body: { ...completed, ...parts.disposition, ...parts.extensions },
    expected: [item === undefined || isWrong ? refusal : '204'],
    apply: () => {
      item!.ending = { completed, ...parts.disposition };
      extend(item!, parts.extensions);
    },
  };
}

function add(items: Item[], path: string, fields: Record<string, unknown>, parts: Parts): void {
  const extensions = new Map(Object.entries(parts.extensions));
  items.push({ path, fields, started: eventOf(parts), extensions });
}

function startState(model: Model, parts: Parts): Step {
  const { service_id } = model.service.fields;
  const path = `${model.service.path}/states`;
  const given = { state_type: parts.type, est_duration: parts.est_duration };
  return {
    ...{ method: 'POST', path: `${path}/start`, expected: ['201'] },
    body: { ...eventOf(parts), ...given, ...parts.extensions },
    apply: ({ state_id }) =>
      add(model.states, `${path}/${state_id}`, { service_id, state_id, ...given }, parts),
  };
}

function startTask(model: Model, on: number | undefined, parts: Parts): Step {
  const { service_id } = model.service.fields;
  const path = `${model.service.path}/tasks`;
  const state = on === undefined ? undefined : (model.states[on % model.states.length] ?? 'none');
  const state_id = state === 'none' ? 0 : state?.fields.state_id;
  const given = { task_type: parts.type, est_duration: parts.est_duration, state_id };
  return {
    ...{ method: 'POST', path: `${path}/start` },
    body: { ...eventOf(parts), ...given, ...parts.extensions },
    expected: [state === 'none' ? '404 StateNotFound' : '201'],
    apply: ({ task_id }) =>
      add(model.tasks, `${path}/${task_id}`, { service_id, task_id, ...given }, parts),
  };
}

function transition(model: Model, nth: number, parts: Parts): Step {
  const { service_id } = model.service.fields;
  const path = `${model.service.path}/states`;
  const from = itemOf(model, { of: 'state', nth });
  const refusals: string[] = [];
  if (from === undefined) refusals.push('404 StateNotFound');
  if (from?.ending !== undefined) refusals.push('409 StateCompleted');
  if (from && isEarlier(eventOf(parts), from.started)) refusals.push('400 InvalidParameter');
  const previous_state_id = from?.fields.state_id ?? 0;
  const to = { state_type: parts.type, est_duration: parts.est_duration };
  return {
    ...{ method: 'POST', path: `${path}/transition` },
    body: {
      ...{ from: { state_id: previous_state_id, ...parts.disposition }, to },
      ...{ ...eventOf(parts), ...parts.extensions },
    },
    expected: refusals.length > 0 ? refusals : ['201'],
    apply: ({ state_id }) => {
      from!.ending = { completed: eventOf(parts), ...parts.disposition };
      const fields = { service_id, state_id, previous_state_id, ...to };
      add(model.states, `${path}/${state_id}`, fields, parts);
    },
  };
}

function put(model: Model, target: Target, name: string, value: unknown): Step {
  const item = itemOf(model, target);
  return {
    ...{ method: 'PUT', body: value },
    path: `${pathOf(model, target, item)}/extensions/${encodeURIComponent(name)}`,
    expected: [item === undefined ? notFound(target) : '200'],
    apply: () => item!.extensions.set(name, value),
  };
}

function merge(model: Model, target: Target, name: string, map: object): Step {
  const item = itemOf(model, target);
  const old: unknown = item?.extensions.has(name) === true ? item.extensions.get(name) : {};
  const isMap = typeof old === 'object' && old !== null && !Array.isArray(old);
  const refusal = item === undefined ? notFound(target) : '400 InvalidParameter';
  return {
    ...{ method: 'PUT', body: map },
    path: `${pathOf(model, target, item)}/extensions/${encodeURIComponent(name)}/merge`,
    expected: [item === undefined || !isMap ? refusal : '200'],
    apply: () => item!.extensions.set(name, { ...(old as object), ...map }),
  };
}

function defined<Value extends object>(value: Value): Partial<Value> {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members) as Partial<Value>;
}
