import { z } from 'zod';
import { field } from '../items/event-fields.js';
import type { JsonMap } from '../items/event-fields.js';
import { newServiceOf, serviceSchema } from '../services/services.dto.js';
import type { NewService } from '../services/new-service.js';
import { newStateOf, stateSchema } from '../states/states.dto.js';
import type { NewState } from '../states/new-state.js';
import { newTaskOf, taskSchema } from '../tasks/tasks.dto.js';
import type { NewTask } from '../tasks/new-task.js';

/** What is to be found active, or made. */
export interface CompositeElement {
  readonly service: NewService;
  readonly state: NewState;
  readonly task: NewTask | undefined;
  /** Whether only a task of that state will do. */
  readonly associateStateTask: boolean;
}

/** More would hold their locks for too long. */
const mostElements = 100;

const truth = field('true or false', (value) => {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 'true') return true;
  return word === false || word === 'false' ? false : undefined;
});

const element = z.object(
  {
    service: serviceSchema,
    state: stateSchema,
    task: taskSchema.nullish(),
    associate_state_task: truth,
  },
  'takes a map with service and state',
);

const size = `takes 1 to ${String(mostElements)} elements`;

export const compositeSchema = z.object({
  services: z.array(element, size).min(1, size).max(mostElements, size),
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
