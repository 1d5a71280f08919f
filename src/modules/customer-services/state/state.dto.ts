import { z } from 'zod';
import {
  commonFieldsOf,
  commonShape,
  dispositionOf,
  dispositionShape,
  estDuration,
  extensionsOf,
  itemId,
  type JsonMap,
  scalar,
  startShape,
} from '../item/item-event.dto.js';
import type { NewState, Transition } from './state.repository.js';

/** What the start of a state may say. */
export const stateSchema = z.object(
  { ...startShape, state_type: scalar, previous_state_id: itemId },
  'takes a map',
);

const mandatoryId = itemId.transform((id, context): number => {
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: 'takes the id of a state' });
  return z.NEVER;
});

export const transitionSchema = z.object({
  ...commonShape,
  from: z.object({ state_id: mandatoryId, ...dispositionShape }, 'takes a map with state_id'),
  to: z.object({ state_type: scalar, est_duration: estDuration }, 'takes a map').nullish(),
});

/**
 * A state to be made.
 * @param path where the body stands in the request's, as `services[0].state.`
 * @throws DomainError InvalidParameter
 */
export function newStateOf(body: JsonMap, state: z.infer<typeof stateSchema>, path = ''): NewState {
  return {
    type: state.state_type,
    previousStateId: state.previous_state_id,
    estDuration: state.est_duration,
    at: state.timestamp,
    fields: commonFieldsOf(state),
    extensions: extensionsOf(body, path),
  };
}

/**
 * From one state to the next: common fields are of both events, extensions are the new state's.
 * @throws DomainError InvalidParameter
 */
export function transitionOf(body: JsonMap, given: z.infer<typeof transitionSchema>): Transition {
  const { from, to, timestamp: at } = given;
  const common = commonFieldsOf(given);
  return {
    from: from.state_id,
    end: { at, fields: { ...common, ...dispositionOf(from) }, extensions: {} },
    start: {
      at,
      type: to?.state_type,
      estDuration: to?.est_duration,
      fields: common,
      extensions: extensionsOf(body),
    },
  };
}
