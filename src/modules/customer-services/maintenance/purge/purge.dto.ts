import { z } from 'zod';
import { missingParameter } from '../../../../core/errors/index.js';
import { instant } from '../../item/item-event.dto.js';

const operations = {
  'purge.service.all': { isActive: undefined, isAnonymous: false },
  'purge.service.started': { isActive: true, isAnonymous: false },
  'purge.service.started.anonymous': { isActive: true, isAnonymous: true },
  'purge.service.completed': { isActive: false, isAnonymous: false },
  'purge.service.completed.anonymous': { isActive: false, isAnonymous: true },
} as const;

export type PurgeOperation = keyof typeof operations;

const names = Object.keys(operations) as [PurgeOperation, ...PurgeOperation[]];

export const purgeSchema = z.object({
  limit: instant,
  operation: z.enum(names, { error: `takes one of ${names.join(', ')}` }),
});

/** Which services are purged. */
export interface PurgeOrder {
  readonly operation: PurgeOperation;
  /** Those that started before it. */
  readonly limit: Date;
  /** undefined: active and completed ones. */
  readonly isActive: boolean | undefined;
  /** Whether only those of nobody known. */
  readonly isAnonymous: boolean;
}

/** @throws DomainError MissingParameter */
export function purgeOrderOf({ limit, operation }: z.infer<typeof purgeSchema>): PurgeOrder {
  if (limit === undefined) throw missingParameter('limit');
  return { operation, limit, ...operations[operation] };
}
