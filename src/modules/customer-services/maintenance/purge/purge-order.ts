const operations = {
  'purge.service.all': { isActive: undefined, isAnonymous: false },
  'purge.service.started': { isActive: true, isAnonymous: false },
  'purge.service.started.anonymous': { isActive: true, isAnonymous: true },
  'purge.service.completed': { isActive: false, isAnonymous: false },
  'purge.service.completed.anonymous': { isActive: false, isAnonymous: true },
} as const;

export type PurgeOperation = keyof typeof operations;

export const purgeOperations = Object.keys(operations) as PurgeOperation[];

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

export function purgeOrderOf({
  limit,
  operation,
}: Pick<PurgeOrder, 'limit' | 'operation'>): PurgeOrder {
  return { operation, limit, ...operations[operation] };
}
