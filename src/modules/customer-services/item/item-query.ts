import { ExtensionSelection } from '../domain/extension-selection.js';
import type { AnswerProjection } from './item-answer.js';
import type { ItemListQuery, ShownQuery } from './item.dto.js';
import type { Activity, ItemFilter } from './item-filter.js';

/** Which items of a list are asked for (docs/compatibility.md, Queries). */
export function itemFilterOf(
  query: ItemListQuery,
  types: readonly string[],
  activity: Activity | undefined,
): ItemFilter {
  return {
    types: types.length === 0 ? undefined : types,
    startedFrom: query.started_from,
    startedTo: query.started_to,
    completedFrom: query.completed_from,
    completedTo: query.completed_to,
    activity,
    size: query.size,
    index: query.index,
  };
}

/**
 * What is returned of each item.
 * @throws DomainError InvalidParameter
 */
export function projectionOf(query: ShownQuery): AnswerProjection {
  const extensions = new ExtensionSelection(query.extensions);
  return {
    items: {
      activeStates: query.active_states,
      completedStates: query.completed_states,
      activeTasks: query.active_tasks,
      completedTasks: query.completed_tasks,
      extensions: !extensions.isEmpty,
    },
    extensions,
  };
}
