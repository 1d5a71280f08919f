import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { isConnectionFailure } from './connection-failure.js';
import { tagDriverError } from './driver-error.js';
import { isDiskFull } from './disk-space.js';
import { isConflict, isUniqueViolation, sqlStateOf } from './sql-state.js';

const failure = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });
const answer = (code: string) =>
  Object.assign(new DatabaseError(`failed with ${code}`, 0, 'error'), { code });

it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '57P01', '08006'])(
  'the code %s of an outgoing call or a file says nothing of the database',
  (code) => {
    expect(isConnectionFailure(failure(code))).toBe(false);
    expect(isConnectionFailure(new AggregateError([failure(code)]))).toBe(false);
    expect(sqlStateOf(failure(code))).toBeUndefined();
  },
);

it('the words of a driver in an error from elsewhere say nothing of the database', () => {
  expect(isConnectionFailure(new Error('Connection terminated unexpectedly'))).toBe(false);
});

it('a conflict or a repeated key that somebody else reports is none of the database', () => {
  expect(isConflict(failure('40P01'))).toBe(false);
  expect(isUniqueViolation(failure('23505'))).toBe(false);
  expect([isConflict(answer('40P01')), isUniqueViolation(answer('23505'))]).toEqual([true, true]);
});

it('a connection that is refused, breaks or is ended by PostgreSQL is a lost database', () => {
  expect(isConnectionFailure(tagDriverError(failure('ECONNREFUSED')))).toBe(true);
  const both = new AggregateError([failure('ECONNREFUSED'), failure('ECONNREFUSED')]);
  expect(isConnectionFailure(tagDriverError(both))).toBe(true);
  expect(isConnectionFailure(tagDriverError(new Error('Query read timeout')))).toBe(true);
  expect(isConnectionFailure(answer('57P01'))).toBe(true);
  expect(isConnectionFailure(new QueryFailedError('SELECT', [], answer('57P03')))).toBe(true);
  expect(isConnectionFailure(new QueryFailedError('SELECT', [], failure('EPIPE')))).toBe(true);
  expect(isConnectionFailure(answer('22003'))).toBe(false);
});

it('an error of Node itself, which may be of another realm, is known as well', () => {
  const foreign = runInNewContext(
    `Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })`,
  ) as Error;
  expect(foreign instanceof Error).toBe(false);
  expect(isConnectionFailure(tagDriverError(foreign))).toBe(true);
});

it('a full disk is that of the database or of the files of this node', () => {
  expect([isDiskFull(answer('53100')), isDiskFull(failure('ENOSPC'))]).toEqual([true, true]);
  expect([isDiskFull(failure('53100')), isDiskFull(answer('53200'))]).toEqual([false, false]);
});
