import { z } from 'zod';
import { field, type JsonMap } from '../item/item-event.dto.js';
import { newServiceOf, serviceSchema } from '../service/service.dto.js';
import type { NewService } from '../service/service.repository.js';
import { newStateOf, stateSchema } from '../state/state.dto.js';
import type { NewState } from '../state/state.repository.js';
import { newTaskOf, taskSchema } from '../task/task.dto.js';
import type { NewTask } from '../task/task.repository.js';

/** What is to be found active, or made. */
export interface CompositeElement {
  readonly service: NewService;
  readonly state: NewState;
  readonly task: NewTask | undefined;
  /** Whether only a task of that state will do. */
  readonly associateStateTask: boolean;
}

/** More would hold their locks for too long. */
const maxElements = 100;

const booleanField = field('true or false', (value) => {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 'true') return true;
  return word === false || word === 'false' ? false : undefined;
});

const element = z.object(
  {
    service: serviceSchema,
    state: stateSchema,
    task: taskSchema.nullish(),
    associate_state_task: booleanField,
  },
  'takes a map with service and state',
);

const sizeRule = `takes 1 to ${String(maxElements)} elements`;

export const compositeSchema = z.object({
  services: z.array(element, sizeRule).min(1, sizeRule).max(maxElements, sizeRule),
});

/**
 * The body of POST /services_composite/start.
 * @param ownMembers what of a service's, a state's or a task's members the caller may write
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function compositeOf(
  body: JsonMap,
  { services }: z.infer<typeof compositeSchema>,
  ownMembers: (members: JsonMap) => JsonMap,
): CompositeElement[] {
  const bodies = body.services as readonly Record<'service' | 'state' | 'task', JsonMap>[];
  return services.map(({ service, state, task, associate_state_task }, index) => {
    const given = bodies[index] ?? { service: {}, state: {}, task: {} };
    const path = `services[${String(index)}]`;
    return {
      service: newServiceOf(ownMembers(given.service), service, `${path}.service.`),
      state: newStateOf(ownMembers(given.state), state, `${path}.state.`),
      task: task ? newTaskOf(ownMembers(given.task), task, `${path}.task.`) : undefined,
      associateStateTask: associate_state_task ?? false,
    };
  });
}
