/** Whether a node wants new traffic; load balancers ask for it. One that is OFFLINE still serves. */
export const nodeStatuses = ['ONLINE', 'OFFLINE'] as const;
export type NodeStatus = (typeof nodeStatuses)[number];
