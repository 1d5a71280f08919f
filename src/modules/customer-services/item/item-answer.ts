import { mergeObjects } from '../../../core/json/index.js';
import { type ExtensionSelection, type Level } from '../domain/extension-selection.js';
import { serviceIdOf } from '../domain/service-id.js';
import type { ItemRow, ServiceRow, StateRow, TaskRow, ItemProjection } from './item-row.js';

/** A service, state or task as it is returned (docs/compatibility.md, Queries). */
export type ItemAnswer = Readonly<Record<string, unknown>>;

/** What of the parts of an item is returned. */
export interface AnswerProjection {
  readonly items: ItemProjection;
  readonly extensions: ExtensionSelection;
}

export function serviceAnswer(row: ServiceRow, projection: AnswerProjection): ItemAnswer {
  const item = {
    service_id: serviceIdOf(row.id),
    ...(row.type !== null && { service_type: row.type }),
    ...(row.customerId !== null && { customer_id: row.customerId }),
    ...(row.contactKey !== null && { contact_key: row.contactKey }),
    ...commonAnswer(row),
    ...statesAnswer(row.states ?? [], projection),
    ...tasksAnswer(row.tasks ?? [], projection),
  };
  return withExtensions(item, 'Service', row, projection);
}

/** A state inside a service: its tasks stand in the service. */
function nestedStateAnswer(row: StateRow, projection: AnswerProjection): ItemAnswer {
  const item = {
    state_id: row.id,
    ...(row.type !== null && { state_type: row.type }),
    ...(row.previousStateId !== null && { previous_state_id: row.previousStateId }),
    ...commonAnswer(row),
  };
  return withExtensions(item, 'State', row, projection);
}

function nestedTaskAnswer(row: TaskRow, projection: AnswerProjection): ItemAnswer {
  const item = {
    task_id: row.id,
    ...(row.type !== null && { task_type: row.type }),
    ...(row.stateId !== null && { state_id: row.stateId }),
    ...commonAnswer(row),
  };
  return withExtensions(item, 'Task', row, projection);
}

/** A state that was asked for directly. */
export function stateAnswer(
  serviceUuid: string,
  row: StateRow,
  projection: AnswerProjection,
): ItemAnswer {
  const item = {
    service_id: serviceIdOf(serviceUuid),
    ...tasksAnswer(row.tasks ?? [], projection),
  };
  return mergeObjects(item, nestedStateAnswer(row, projection));
}

/** A task that was asked for directly. */
export function taskAnswer(
  serviceUuid: string,
  row: TaskRow,
  projection: AnswerProjection,
): ItemAnswer {
  return mergeObjects({ service_id: serviceIdOf(serviceUuid) }, nestedTaskAnswer(row, projection));
}

function statesAnswer(rows: readonly StateRow[], projection: AnswerProjection): ItemAnswer {
  const { activeStates, completedStates } = projection.items;
  const show = (row: StateRow): ItemAnswer => nestedStateAnswer(row, projection);
  return {
    ...(activeStates && { active_states: rows.filter(isActive).map(show) }),
    ...(completedStates && { completed_states: rows.filter(isCompleted).map(show) }),
  };
}

function tasksAnswer(rows: readonly TaskRow[], projection: AnswerProjection): ItemAnswer {
  const { activeTasks, completedTasks } = projection.items;
  const show = (row: TaskRow): ItemAnswer => nestedTaskAnswer(row, projection);
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
  { extensions }: AnswerProjection,
): ItemAnswer {
  return sent === null ? item : mergeObjects(item, extensions.of(level, sent));
}

function textOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
