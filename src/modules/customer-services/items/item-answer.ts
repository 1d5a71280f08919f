import { joined } from '../../../core/json/index.js';
import { type ExtensionSelection, type Level } from '../domain/extension-selection.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { ItemRow, ServiceRow, StateRow, TaskRow, Wanted } from './item-row.js';

/** A service, state or task as it is returned (cs.md, Model). */
export type ItemAnswer = Readonly<Record<string, unknown>>;

/** What of the parts of an item is returned. */
export interface Shown {
  readonly wanted: Wanted;
  readonly extensions: ExtensionSelection;
}

export function serviceAnswer(row: ServiceRow, shown: Shown): ItemAnswer {
  const item = {
    service_id: serviceIdOf(row.id),
    ...(row.type !== null && { service_type: row.type }),
    ...(row.customerId !== null && { customer_id: row.customerId }),
    ...(row.contactKey !== null && { contact_key: row.contactKey }),
    ...commonAnswer(row),
    ...statesAnswer(row.states ?? [], shown),
    ...tasksAnswer(row.tasks ?? [], shown),
  };
  return withExtensions(item, 'Service', row, shown);
}

/** A state inside a service: its tasks stand in the service. */
function nestedState(row: StateRow, shown: Shown): ItemAnswer {
  const item = {
    state_id: row.id,
    ...(row.type !== null && { state_type: row.type }),
    ...(row.previousStateId !== null && { previous_state_id: row.previousStateId }),
    ...commonAnswer(row),
  };
  return withExtensions(item, 'State', row, shown);
}

function nestedTask(row: TaskRow, shown: Shown): ItemAnswer {
  const item = {
    task_id: row.id,
    ...(row.type !== null && { task_type: row.type }),
    ...(row.stateId !== null && { state_id: row.stateId }),
    ...commonAnswer(row),
  };
  return withExtensions(item, 'Task', row, shown);
}

/** A state that was asked for directly. */
export function stateAnswer(serviceUuid: string, row: StateRow, shown: Shown): ItemAnswer {
  const item = { service_id: serviceIdOf(serviceUuid), ...tasksAnswer(row.tasks ?? [], shown) };
  return joined(item, nestedState(row, shown));
}

/** A task that was asked for directly. */
export function taskAnswer(serviceUuid: string, row: TaskRow, shown: Shown): ItemAnswer {
  return joined({ service_id: serviceIdOf(serviceUuid) }, nestedTask(row, shown));
}

function statesAnswer(rows: readonly StateRow[], shown: Shown): ItemAnswer {
  const { activeStates, completedStates } = shown.wanted;
  const show = (row: StateRow): ItemAnswer => nestedState(row, shown);
  return {
    ...(activeStates && { active_states: rows.filter(isActive).map(show) }),
    ...(completedStates && { completed_states: rows.filter(isCompleted).map(show) }),
  };
}

function tasksAnswer(rows: readonly TaskRow[], shown: Shown): ItemAnswer {
  const { activeTasks, completedTasks } = shown.wanted;
  const show = (row: TaskRow): ItemAnswer => nestedTask(row, shown);
  return {
    ...(activeTasks && { active_tasks: rows.filter(isActive).map(show) }),
    ...(completedTasks && { completed_tasks: rows.filter(isCompleted).map(show) }),
  };
}

function isActive(row: ItemRow): boolean {
  return row.completedMs === null;
}

function isCompleted(row: ItemRow): boolean {
  return row.completedMs !== null;
}

/** What services, states and tasks have in common, but the extensions. */
function commonAnswer(row: ItemRow): ItemAnswer {
  const { disposition, disposition_desc, ...completed } = row.completed ?? {};
  return {
    started: { timestamp: textOf(row.startedMs), ...row.started },
    ...(row.completedMs !== null && {
      completed: { timestamp: textOf(row.completedMs), ...completed },
      duration: row.completedMs - row.startedMs,
    }),
    ...(row.estDuration !== null && { est_duration: row.estDuration }),
    ...(disposition !== undefined && { disposition }),
    ...(disposition_desc !== undefined && { disposition_desc }),
  };
}

/** Extensions stand last, in the order in which they were sent. */
function withExtensions(
  item: ItemAnswer,
  level: Level,
  { extensions: sent }: ItemRow,
  { extensions }: Shown,
): ItemAnswer {
  return sent === null ? item : joined(item, extensions.of(level, sent));
}

function textOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
