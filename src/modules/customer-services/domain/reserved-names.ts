/** What every event may say (docs/compatibility.md, Fields). */
export const commonNames = [
  'session_id',
  'interaction_id',
  'application_type',
  'application_id',
  'resource_type',
  'resource_id',
  'media_type',
] as const;

/** Names that have a meaning in a body or an answer, so that no extension may have them. */
const reserved: ReadonlySet<string> = new Set([
  ...commonNames,
  'timestamp',
  ...['customer_id', 'contact_key', 'service_type', 'state_type', 'task_type'],
  ...['service_id', 'state_id', 'task_id', 'previous_state_id', 'from', 'to'],
  ...['est_duration', 'ttl', 'expiration_time', 'auto_complete_after'],
  ...['disposition', 'disposition_desc', 'started', 'completed', 'duration'],
  ...['active_states', 'completed_states', 'active_tasks', 'completed_tasks'],
]);

const maxNameLength = 255;

export const extensionNameForm = `1 to ${String(maxNameLength)} characters and none of the names that the API uses itself`;

/** Whether the API uses the name itself. */
export function isReserved(name: string): boolean {
  return reserved.has(name);
}

/** Whether an extension may have the name. */
export function isExtensionName(name: string): boolean {
  return name.length >= 1 && name.length <= maxNameLength && !reserved.has(name);
}
