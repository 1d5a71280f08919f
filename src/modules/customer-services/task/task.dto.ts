import { z } from 'zod';
import {
  commonFieldsOf,
  extensionsOf,
  itemId,
  type JsonMap,
  scalar,
  startShape,
} from '../item/item-event.dto.js';
import type { NewTask } from './task.repository.js';

/** What the start of a task may say. */
export const taskSchema = z.object(
  { ...startShape, task_type: scalar, state_id: itemId },
  'takes a map',
);

/**
 * A task to be made.
 * @param path where the body stands in the request's, as `services[0].task.`
 * @throws DomainError InvalidParameter
 */
export function newTaskOf(body: JsonMap, task: z.infer<typeof taskSchema>, path = ''): NewTask {
  return {
    type: task.task_type,
    stateId: task.state_id,
    estDuration: task.est_duration,
    at: task.timestamp,
    fields: commonFieldsOf(task),
    extensions: extensionsOf(body, path),
  };
}
