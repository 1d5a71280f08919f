import { commonFieldsOf, extensionsOf } from '../item/item-event.js';
import type { TaskBody } from './task.dto.js';
import type { NewTask } from './task.repository.js';

/**
 * A task to be made.
 * @param path where the body stands in the request's, as `services[0].task.`
 * @param written what of the body the caller may write
 * @throws DomainError InvalidParameter
 */
export function newTaskOf(task: TaskBody, path = '', written = task.written): NewTask {
  return {
    type: task.task_type,
    stateId: task.state_id,
    estDuration: task.est_duration,
    at: task.timestamp,
    fields: commonFieldsOf(task),
    extensions: extensionsOf(written, path),
  };
}
