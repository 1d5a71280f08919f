import { types } from 'node:util';
import { driverErrorOf } from './driver-error.js';
import { SqlState, sqlStateOf } from './sql-state.js';

const unreachableStates = new Set<string>([
  SqlState.adminShutdown,
  SqlState.crashShutdown,
  SqlState.cannotConnectNow,
  SqlState.tooManyConnections,
  SqlState.idleInTransactionTimeout,
]);

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The driver names these failures by their words alone. */
const driverMessages =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Connection ended unexpectedly|client was closed|not queryable|Query runner already released/i;

/**
 * Whether the error says that the database cannot be reached or was lost in the middle, so that
 * the connection is of no more use and the caller may try again later. The same error of anything
 * but the way to the database does not.
 */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) return unreachableStates.has(state) || state.startsWith('08');
  const cause = driverErrorOf(error);
  return cause !== undefined && isUnreachable(cause);
}

function isUnreachable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  if ('code' in error && unreachableCodes.has(String(error.code))) return true;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isUnreachable);
  return driverMessages.test(error.message);
}
