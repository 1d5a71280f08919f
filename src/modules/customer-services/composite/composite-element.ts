import type { WrittenMap } from '../../../core/dto/index.js';
import { newServiceOf } from '../service/new-service.js';
import type { NewService } from '../service/service.repository.js';
import { newStateOf } from '../state/new-state.js';
import type { NewState } from '../state/state.repository.js';
import { newTaskOf } from '../task/new-task.js';
import type { NewTask } from '../task/task.repository.js';
import type { CompositeBody } from './composite.dto.js';

/** What is to be found active, or made. */
export interface CompositeElement {
  readonly service: NewService;
  readonly state: NewState;
  readonly task: NewTask | undefined;
  /** Whether only a task of that state will do. */
  readonly associateStateTask: boolean;
}

/**
 * The elements that a body asks for.
 * @param ownMembers what of a service's, a state's or a task's members the caller may write
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function compositeOf(
  { services }: CompositeBody,
  ownMembers: (members: WrittenMap) => WrittenMap,
): CompositeElement[] {
  return services.map(({ service, state, task, associate_state_task }, index) => {
    const path = `services[${String(index)}]`;
    return {
      service: newServiceOf(service, `${path}.service.`, ownMembers(service.written)),
      state: newStateOf(state, `${path}.state.`, ownMembers(state.written)),
      task: task ? newTaskOf(task, `${path}.task.`, ownMembers(task.written)) : undefined,
      associateStateTask: associate_state_task,
    };
  });
}
