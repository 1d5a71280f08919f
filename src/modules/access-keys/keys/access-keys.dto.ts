import { z } from 'zod';
import { type Role, roles } from '../../../core/auth/index.js';
import { isUserName } from '../../edge/index.js';

const nameTakes = 'takes 1 to 255 characters, none of them a control character';
const instantTakes = 'takes an instant in ISO 8601, as 2030-01-31T12:00:00Z';
const tenantsTake = 'takes a list of 1 to 1000 values of ContactCenterId';
const tenantTakes = 'takes 1 to 255 characters, none of them a control character';
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
  expiresAt: z.iso
    .datetime({ offset: true, error: instantTakes })
    .transform((text) => new Date(text))
    .nullish(),
  tenants: z
    .array(z.string(tenantTakes).trim().refine(isUserName, tenantTakes), tenantsTake)
    .min(1, tenantsTake)
    .max(1000, tenantsTake)
    .transform((given): readonly string[] => [...new Set(given)])
    .nullish(),
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
  /** The values of ContactCenterId that it is for; null: all tenants. */
  readonly tenants: readonly string[] | null;
  /** ISO 8601, UTC; null when it never ends. */
  readonly expiresAt: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC, true to about a minute; null when it was never used. */
  readonly lastUsedAt: string | null;
}
