import type { ItemStart } from '../items/event-fields.js';

/** A task to be made. */
export interface NewTask extends ItemStart {
  /** The state that it hangs on; undefined: the service. */
  readonly stateId: number | undefined;
}
