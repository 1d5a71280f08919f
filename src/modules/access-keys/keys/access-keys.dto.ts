import { z } from 'zod';
import { type Role, roles } from '../../../core/auth/index.js';

const nameTakes = 'takes 1 to 255 characters, none of them a control character';
const rolesTake = `takes a list of at least one of ${roles.join(', ')}`;

/** The body of POST …/admin/keys. */
export const newKeySchema = z.strictObject({
  name: z
    .string(nameTakes)
    .trim()
    .min(1, nameTakes)
    .max(255, nameTakes)
    .regex(/^\P{Cc}*$/u, nameTakes),
  roles: z
    .array(z.enum(roles, `takes one of ${roles.join(', ')}`), rolesTake)
    .min(1, rolesTake)
    .transform((given): readonly Role[] => [...new Set(given)]),
});

export type NewKey = z.infer<typeof newKeySchema>;

/** The answer to POST …/admin/keys; the key is shown this once. */
export interface MadeKey {
  readonly id: string;
  readonly key: string;
}

/** One key of GET …/admin/keys. */
export interface KeyAnswer {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC, true to about a minute; null when it was never used. */
  readonly lastUsedAt: string | null;
}
