import { boolean, defineSection, wholeNumber } from '../../core/settings/index.js';

/** The options of section `storage` (README.md, Sections and options). */
export interface StorageOptions {
  /** Whether an update of an unknown id creates the area under that id. */
  readonly allow_client_ids: boolean;
  /** How many keys an area may hold. */
  readonly max_keys: number;
}

export const storageSection = defineSection<StorageOptions>('storage', {
  allow_client_ids: boolean(false),
  max_keys: wholeNumber(1000, 1, 20_000),
});
