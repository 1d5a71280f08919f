/** SQL: an instant as milliseconds since 1970. */
export const milliseconds = (instant: string): string =>
  `(extract(epoch FROM ${instant}) * 1000)::float8`;

/**
 * SQL: a JSON column as it was sent; rows of before it was kept so have it in another column.
 * @param column type, started, completed or extensions
 */
export const sent = (item: string, column: string): string =>
  `coalesce(${item}.${column}, ${item}.${column}_was::json)`;

/** SQL: the extensions of an item with others put into them. */
export const withExtensions = (item: string, more: string): string =>
  `json_merged(${sent(item, 'extensions')}, ${more})`;

/** SQL: the text by which types are compared. */
export const typeText = (item: string): string => `${sent(item, 'type')} #>> '{}'`;

/**
 * SQL: now, to the millisecond, as callers get to see it; after a wait for a lock too, so that nothing
 * begins before what was written meanwhile.
 */
export const nowMs = `date_trunc('milliseconds', clock_timestamp())`;

/**
 * SQL: when an item was completed. What is still active when its service's auto-completion is due
 * counts as completed at that instant, whether or not it has been written down.
 * @param item the alias of a service, state or task
 * @param service the alias of its service
 */
export const completedAt = (item: string, service = item): string =>
  `coalesce(${item}.completed_at, CASE WHEN ${service}.auto_complete_at <= statement_timestamp()
     THEN greatest(${service}.auto_complete_at, ${item}.started_at) END)`;

/** SQL: whether a service is there for readers, of one tenant. */
export const isLive = (tenant: string): string =>
  `s.tenant = ${tenant} AND s.expires_at > statement_timestamp()`;

/** SQL: whether an item is among those wanted, of which both kinds, one or neither may be. */
const isWanted = (completed: string, active: string, isCompleted: string): string =>
  `CASE WHEN ${completed} IS NULL THEN ${active} ELSE ${isCompleted} END`;

/** Placeholders of what is wanted of a state. */
export interface WantedOfState {
  readonly extensions: string;
  readonly activeTasks: string;
  readonly completedTasks: string;
}

/** Placeholders of what is wanted of a service. */
export interface WantedOfService extends WantedOfState {
  readonly activeStates: string;
  readonly completedStates: string;
}

/** The placeholders `$first` to `$first+2`, for the values of `wantedOfState`. */
export function ofStatePlaceholders(first: number): WantedOfState {
  return {
    extensions: flag(first),
    activeTasks: flag(first + 1),
    completedTasks: flag(first + 2),
  };
}

/** The placeholders `$first` to `$first+4`, for the values of `wantedOfService`. */
export function ofServicePlaceholders(first: number): WantedOfService {
  return {
    ...ofStatePlaceholders(first),
    activeStates: flag(first + 3),
    completedStates: flag(first + 4),
  };
}

function flag(placeholder: number): string {
  return `$${String(placeholder)}::boolean`;
}

/** SQL: the columns of an `ItemRow`. */
export const itemColumns = (alias: string, extensions: string): string => `
  ${sent(alias, 'type')} AS type, ${milliseconds(`${alias}.started_at`)} AS "startedMs",
  ${sent(alias, 'started')} AS started,
  ${alias}.est_duration AS "estDuration",
  ${milliseconds(completedAt(alias, 's'))} AS "completedMs",
  ${sent(alias, 'completed')} AS completed,
  CASE WHEN ${extensions} THEN ${sent(alias, 'extensions')} END AS extensions`;

/** SQL: the columns of a `TaskRow`, of the alias `t`. */
export const taskColumns = (extensions: string): string => `
  t.id::float8 AS id, t.state_id::float8 AS "stateId", ${itemColumns('t', extensions)}`;

/** SQL: the columns of a `StateRow` but its tasks, of the alias `st`. */
export const stateColumns = (extensions: string): string => `
  st.id::float8 AS id, st.previous_state_id::float8 AS "previousStateId",
  ${itemColumns('st', extensions)}`;

/** SQL: the wanted tasks of service `s`, of one state when told so, as a JSON array or null. */
export const tasksOf = (wanted: WantedOfState, ofState = ''): string => `
  CASE WHEN ${wanted.activeTasks} OR ${wanted.completedTasks} THEN (
    SELECT coalesce(json_agg(row_to_json(task)), '[]') FROM (
      SELECT ${taskColumns(wanted.extensions)} FROM cs_task t
       WHERE t.service_id = s.id ${ofState}
         AND ${isWanted(completedAt('t', 's'), wanted.activeTasks, wanted.completedTasks)}
       ORDER BY t.started_at, t.id) task) END`;

/** SQL: the wanted states of service `s`, as a JSON array or null. */
const statesOf = (wanted: WantedOfService): string => `
  CASE WHEN ${wanted.activeStates} OR ${wanted.completedStates} THEN (
    SELECT coalesce(json_agg(row_to_json(state)), '[]') FROM (
      SELECT ${stateColumns(wanted.extensions)} FROM cs_state st
       WHERE st.service_id = s.id
         AND ${isWanted(completedAt('st', 's'), wanted.activeStates, wanted.completedStates)}
       ORDER BY st.started_at, st.id) state) END`;

/** SQL: the columns of a `ServiceRow`, of the alias `s`. */
export const serviceColumns = (wanted: WantedOfService): string => `
  s.id, s.customer_id AS "customerId", s.contact_key AS "contactKey",
  ${itemColumns('s', wanted.extensions)},
  ${statesOf(wanted)} AS states, ${tasksOf(wanted)} AS tasks`;
