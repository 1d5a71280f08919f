import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { QueryFailedError, TypeORMError } from 'typeorm';

/**
 * What PostgreSQL says by a SQLSTATE has a class of its own. A connection that breaks, or is not to be
 * had, fails with the errors of the system, which an outgoing call or a file can fail with as well:
 * such errors are marked where they leave the driver, and only marked ones speak of the database.
 */
const driverErrors = new WeakSet();

/** Marks what a call of the driver fails with as an error of the way to the database. */
export function tagDriverErrors<Result>(call: Promise<Result>): Promise<Result> {
  return call.catch((error: unknown) => {
    throw tagDriverError(error);
  });
}

/** @returns the error itself */
export function tagDriverError<Thrown>(error: Thrown): Thrown {
  if (typeof error === 'object' && error !== null) driverErrors.add(error);
  return error;
}

/** The error of the driver, also inside the ORM's wrapper; undefined for one from elsewhere. */
export function driverErrorOf(error: unknown): Error | undefined {
  if (error instanceof QueryFailedError) return error.driverError as Error;
  // Not by its class: errors of Node itself may be of another realm than this code.
  if (!types.isNativeError(error)) return undefined;
  const isOurs =
    error instanceof DatabaseError || error instanceof TypeORMError || driverErrors.has(error);
  return isOurs ? error : undefined;
}
