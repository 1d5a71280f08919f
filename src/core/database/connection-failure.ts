import { SqlState, sqlStateOf } from './sql-state.js';

const unreachable = new Set<string>([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  SqlState.adminShutdown,
  SqlState.crashShutdown,
  SqlState.cannotConnectNow,
  SqlState.tooManyConnections,
  SqlState.idleInTransactionTimeout,
]);

/** The driver names these failures by their words alone. */
const words =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Connection ended unexpectedly|client was closed|not queryable|Query runner already released/i;

/**
 * Whether the error says that the database cannot be reached or was lost in the middle, so that
 * the connection is of no more use and the caller may try again later.
 */
export function isConnectionFailure(error: unknown): boolean {
  const code = sqlStateOf(error);
  if (code !== undefined && (unreachable.has(code) || code.startsWith('08'))) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  return error instanceof Error && words.test(error.message);
}
