import { lifetimeForm, lifetimeIntervalOf } from './domain/lifetime.js';
import { boolean, defineSection, text, wholeNumber } from '../../core/settings/index.js';

/** The options of section `cview` (README.md, Sections and options). */
export interface CviewOptions {
  /** How long a service lives after the last write, unless a caller said so, as `2w`. */
  readonly expiration: string;
  /** Seconds after the last write until what is active is completed; 0: never. */
  readonly 'auto-complete-after': number;
  /** Whether calls need a key with the role Administrator (write) or Supervisor (read). */
  readonly 'use-role': boolean;
}

export const cviewSection = defineSection<CviewOptions>('cview', {
  expiration: text('2w', lifetimeForm, (value) => lifetimeIntervalOf(value) !== undefined),
  'auto-complete-after': wholeNumber(0, 0, 2_147_483_647),
  'use-role': boolean(false),
});
