import type { JsonMap, Scalar } from './item-event.js';

/**
 * What services, states and tasks have in common, as it is read. Times are milliseconds since 1970.
 */
export interface ItemRow {
  readonly type: Scalar | null;
  readonly startedMs: number;
  readonly started: JsonMap;
  readonly estDuration: number | null;
  readonly completedMs: number | null;
  /** Also null while only the instant of an auto-completion stands. */
  readonly completed: JsonMap | null;
  /** null when nobody asked. */
  readonly extensions: JsonMap | null;
}

export interface TaskRow extends ItemRow {
  readonly id: number;
  readonly stateId: number | null;
}

export interface StateRow extends ItemRow {
  readonly id: number;
  readonly previousStateId: number | null;
  /** null when nobody asked for tasks. */
  readonly tasks: readonly TaskRow[] | null;
}

export interface ServiceRow extends ItemRow {
  /** The uuid. */
  readonly id: string;
  readonly customerId: string | null;
  readonly contactKey: string | null;
  /** null when nobody asked for them. */
  readonly states: readonly StateRow[] | null;
  readonly tasks: readonly TaskRow[] | null;
}

/** Which of an item's states and tasks are wanted; of each kind both, one or neither. */
export interface ItemProjection {
  readonly activeStates: boolean;
  readonly completedStates: boolean;
  readonly activeTasks: boolean;
  readonly completedTasks: boolean;
  readonly extensions: boolean;
}

/** The values for `stateProjectionPlaceholders`. */
export function stateProjectionValues({
  extensions,
  activeTasks,
  completedTasks,
}: ItemProjection): boolean[] {
  return [extensions, activeTasks, completedTasks];
}

/** The values for `serviceProjectionPlaceholders`. */
export function serviceProjectionValues(projection: ItemProjection): boolean[] {
  return [
    ...stateProjectionValues(projection),
    projection.activeStates,
    projection.completedStates,
  ];
}

export const fullProjection: ItemProjection = {
  activeStates: true,
  completedStates: true,
  activeTasks: true,
  completedTasks: true,
  extensions: true,
};
