import { DatabaseError } from 'pg';
import { driverErrorOf } from './driver-error.js';

/** The SQLSTATE codes that code here decides by (PostgreSQL documentation, appendix A). */
export const SqlState = {
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  idleInTransactionTimeout: '25P03',
  diskFull: '53100',
  tooManyConnections: '53300',
} as const;

/** What PostgreSQL answered, also inside an ORM's wrapper; undefined for any other error. */
function databaseErrorOf(error: unknown): DatabaseError | undefined {
  const cause = driverErrorOf(error);
  return cause instanceof DatabaseError ? cause : undefined;
}

/** The SQLSTATE of an error that PostgreSQL answered; undefined for any other value. */
export function sqlStateOf(error: unknown): string | undefined {
  return databaseErrorOf(error)?.code;
}

/** Whether the error is a unique violation, of the named constraint or index when one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const answer = databaseErrorOf(error);
  if (answer?.code !== SqlState.uniqueViolation) return false;
  return constraint === undefined || answer.constraint === constraint;
}

/** Whether the error says that another transaction won, so that the loser may go again. */
export function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SqlState.deadlockDetected || state === SqlState.serializationFailure;
}
