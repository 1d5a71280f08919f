import type { ItemEvent, ItemStart } from '../items/event-fields.js';

/** A state to be made. */
export interface NewState extends ItemStart {
  /** Not checked: the caller's own order of things. */
  readonly previousStateId: number | undefined;
}

/** From one state to the next, at one instant (cs.md, Decisions). */
export interface Transition {
  readonly from: number;
  /** Ends the old state. */
  readonly end: ItemEvent;
  /** Starts the new one. */
  readonly start: ItemStart;
}
