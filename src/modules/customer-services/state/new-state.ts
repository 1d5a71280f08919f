import { commonFieldsOf, dispositionOf, extensionsOf } from '../item/item-event.js';
import type { StateBody, TransitionBody } from './state.dto.js';
import type { NewState, Transition } from './state.repository.js';

/**
 * A state to be made.
 * @param path where the body stands in the request's, as `services[0].state.`
 * @param written what of the body the caller may write
 * @throws DomainError InvalidParameter
 */
export function newStateOf(state: StateBody, path = '', written = state.written): NewState {
  return {
    type: state.state_type,
    previousStateId: state.previous_state_id,
    estDuration: state.est_duration,
    at: state.timestamp,
    fields: commonFieldsOf(state),
    extensions: extensionsOf(written, path),
  };
}

/**
 * From one state to the next: common fields are of both events, extensions are the new state's.
 * @throws DomainError InvalidParameter
 */
export function transitionOf(given: TransitionBody): Transition {
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
      extensions: extensionsOf(given.written),
    },
  };
}
