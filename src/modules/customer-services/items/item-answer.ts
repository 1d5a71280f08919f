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
  return {
    service_id: serviceIdOf(row.id),
    ...(row.type !== null && { service_type: row.type }),
    ...(row.customerId !== null && { customer_id: row.customerId }),
    ...(row.contactKey !== null && { contact_key: row.contactKey }),
    ...commonAnswer('Service', row, shown),
    ...statesAnswer(row.states ?? [], shown),
    ...tasksAnswer(row.tasks ?? [], shown),
  };
}

/** A state inside a service: its tasks stand in the service. */
function nestedState(row: StateRow, shown: Shown): ItemAnswer {
  return {
    state_id: row.id,
    ...(row.type !== null && { state_type: row.type }),
    ...(row.previousStateId !== null && { previous_state_id: row.previousStateId }),
    ...commonAnswer('State', row, shown),
  };
}

function nestedTask(row: TaskRow, shown: Shown): ItemAnswer {
  return {
    task_id: row.id,
    ...(row.type !== null && { task_type: row.type }),
    ...(row.stateId !== null && { state_id: row.stateId }),
    ...commonAnswer('Task', row, shown),
  };
}

/** A state that was asked for directly. */
export function stateAnswer(serviceUuid: string, row: StateRow, shown: Shown): ItemAnswer {
  return {
    service_id: serviceIdOf(serviceUuid),
    ...nestedState(row, shown),
    ...tasksAnswer(row.tasks ?? [], shown),
  };
}

/** A task that was asked for directly. */
export function taskAnswer(serviceUuid: string, row: TaskRow, shown: Shown): ItemAnswer {
  return { service_id: serviceIdOf(serviceUuid), ...nestedTask(row, shown) };
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

/** Extensions stand last but never in the place of what the API itself says. */
function commonAnswer(level: Level, row: ItemRow, { extensions }: Shown): ItemAnswer {
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
    ...(row.extensions !== null && extensions.of(level, row.extensions)),
  };
}

function textOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
