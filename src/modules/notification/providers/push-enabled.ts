import { z } from 'zod';
import type { OptionType } from '../../options/index.js';
import { type PushType, pushTypeOf, pushTypes } from '../push-type.js';

/** A list of push types: text with commas between, or a list; in any case. */
export function pushTypeList(initial: readonly PushType[]): OptionType<readonly PushType[]> {
  const written = z.union([
    z.string().transform((text) => text.split(',').map((word) => word.trim())),
    z.array(z.string().trim()),
  ]);
  return {
    schema: written.transform((words, context) => {
      const named = words.filter((word) => word !== '');
      const types = named.map(pushTypeOf);
      const known = types.filter((type) => type !== undefined);
      if (known.length < types.length) context.addIssue({ code: 'custom' });
      return [...new Set(known)];
    }),
    takes: `push types with commas between: ${pushTypes.join(', ')}`,
    initial,
  };
}
