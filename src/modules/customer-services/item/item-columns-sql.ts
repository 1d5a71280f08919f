/** SQL: an instant as milliseconds since 1970. */
export const epochMsSql = (instant: string): string =>
  `(extract(epoch FROM ${instant}) * 1000)::float8`;

/**
 * SQL: a JSON column as it was sent; rows of before it was kept so have it in another column.
 * @param column type, started, completed or extensions
 */
export const sentColumnSql = (item: string, column: string): string =>
  `coalesce(${item}.${column}, ${item}.${column}_was::json)`;

/** SQL: the extensions of an item with others put into them. */
export const mergedExtensionsSql = (item: string, more: string): string =>
  `json_merged(${sentColumnSql(item, 'extensions')}, ${more})`;

/** SQL: the text by which types are compared. */
export const typeTextSql = (item: string): string => `${sentColumnSql(item, 'type')} #>> '{}'`;

/**
 * SQL: now, to the millisecond, as callers get to see it; after a wait for a lock too, so that
 * nothing begins before what was written meanwhile.
 */
export const nowMsSql = `date_trunc('milliseconds', clock_timestamp())`;

/**
 * SQL: when an item was completed. What is still active when its service's auto-completion is due
 * counts as completed at that instant, whether or not it has been written down.
 * @param item the alias of a service, state or task
 * @param service the alias of its service
 */
export const completedAtSql = (item: string, service = item): string =>
  `coalesce(${item}.completed_at, CASE WHEN ${service}.auto_complete_at <= statement_timestamp()
     THEN greatest(${service}.auto_complete_at, ${item}.started_at) END)`;

/** SQL: whether a service is there for readers, of one tenant. */
export const isLiveSql = (tenant: string): string =>
  `s.tenant = ${tenant} AND s.expires_at > statement_timestamp()`;

/** SQL: whether an item is among those wanted, of which both kinds, one or neither may be. */
const isSelectedSql = (completed: string, active: string, isCompleted: string): string =>
  `CASE WHEN ${completed} IS NULL THEN ${active} ELSE ${isCompleted} END`;

/** Placeholders of what is wanted of a state. */
export interface StateProjectionSql {
  readonly extensions: string;
  readonly activeTasks: string;
  readonly completedTasks: string;
}

/** Placeholders of what is wanted of a service. */
export interface ServiceProjectionSql extends StateProjectionSql {
  readonly activeStates: string;
  readonly completedStates: string;
}

/** The placeholders `$first` to `$first+2`, for the values of `stateProjectionValues`. */
export function stateProjectionPlaceholders(first: number): StateProjectionSql {
  return {
    extensions: booleanPlaceholder(first),
    activeTasks: booleanPlaceholder(first + 1),
    completedTasks: booleanPlaceholder(first + 2),
  };
}

/** The placeholders `$first` to `$first+4`, for the values of `serviceProjectionValues`. */
export function serviceProjectionPlaceholders(first: number): ServiceProjectionSql {
  return {
    ...stateProjectionPlaceholders(first),
    activeStates: booleanPlaceholder(first + 3),
    completedStates: booleanPlaceholder(first + 4),
  };
}

function booleanPlaceholder(placeholder: number): string {
  return `$${String(placeholder)}::boolean`;
}

/** SQL: the columns of an `ItemRow`. */
export const itemColumnsSql = (alias: string, extensions: string): string => `
  ${sentColumnSql(alias, 'type')} AS type, ${epochMsSql(`${alias}.started_at`)} AS "startedMs",
  ${sentColumnSql(alias, 'started')} AS started,
  ${alias}.est_duration AS "estDuration",
  ${epochMsSql(completedAtSql(alias, 's'))} AS "completedMs",
  ${sentColumnSql(alias, 'completed')} AS completed,
  CASE WHEN ${extensions} THEN ${sentColumnSql(alias, 'extensions')} END AS extensions`;

/** SQL: the columns of a `TaskRow`, of the alias `t`. */
export const taskColumnsSql = (extensions: string): string => `
  t.id::float8 AS id, t.state_id::float8 AS "stateId", ${itemColumnsSql('t', extensions)}`;

/** SQL: the columns of a `StateRow` but its tasks, of the alias `st`. */
export const stateColumnsSql = (extensions: string): string => `
  st.id::float8 AS id, st.previous_state_id::float8 AS "previousStateId",
  ${itemColumnsSql('st', extensions)}`;

/** SQL: the wanted tasks of service `s`, of one state when told so, as a JSON array or null. */
export const tasksSql = (projection: StateProjectionSql, ofState = ''): string => `
  CASE WHEN ${projection.activeTasks} OR ${projection.completedTasks} THEN (
    SELECT coalesce(json_agg(row_to_json(task)), '[]') FROM (
      SELECT ${taskColumnsSql(projection.extensions)} FROM cs_task t
       WHERE t.service_id = s.id ${ofState}
         AND ${isSelectedSql(completedAtSql('t', 's'), projection.activeTasks, projection.completedTasks)}
       ORDER BY t.started_at, t.id) task) END`;

/** SQL: the wanted states of service `s`, as a JSON array or null. */
const statesSql = (projection: ServiceProjectionSql): string => `
  CASE WHEN ${projection.activeStates} OR ${projection.completedStates} THEN (
    SELECT coalesce(json_agg(row_to_json(state)), '[]') FROM (
      SELECT ${stateColumnsSql(projection.extensions)} FROM cs_state st
       WHERE st.service_id = s.id
         AND ${isSelectedSql(completedAtSql('st', 's'), projection.activeStates, projection.completedStates)}
       ORDER BY st.started_at, st.id) state) END`;

/** SQL: the columns of a `ServiceRow`, of the alias `s`. */
export const serviceColumnsSql = (projection: ServiceProjectionSql): string => `
  s.id, s.customer_id AS "customerId", s.contact_key AS "contactKey",
  ${itemColumnsSql('s', projection.extensions)},
  ${statesSql(projection)} AS states, ${tasksSql(projection)} AS tasks`;
