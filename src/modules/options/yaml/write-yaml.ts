import { stringify } from 'yaml';
import type { WrittenSections } from '../domain/written-sections.js';

/** Writes sections so that `readYaml` finds exactly the same names and values. */
export function writeYaml(sections: WrittenSections): string {
  return stringify(sections, { aliasDuplicateObjects: false, lineWidth: 0, schema: 'core' });
}
