import { invalidParameter } from '../../core/errors/index.js';

/** Whether a node wants new traffic; load balancers ask for it. One that is OFFLINE still serves. */
export const nodeStatuses = ['ONLINE', 'OFFLINE'] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

/**
 * Reads a status, written in any case.
 * @throws DomainError InvalidParameter
 */
export function parseNodeStatus(text: string): NodeStatus {
  const status = nodeStatuses.find((known) => known === text.toUpperCase());
  if (status === undefined) throw invalidParameter('status', nodeStatuses.join(' or '));
  return status;
}
