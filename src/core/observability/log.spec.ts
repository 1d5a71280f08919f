import { describe, expect, it } from '@jest/globals';
import { openLog } from './log.js';

const credentialsUrl = 'postgres://gms:hunter2@db:5432/gms';

function lineOf(facts: object, message = 'a line'): Record<string, any> {
  const lines: string[] = [];
  const log = openLog('debug', { node: 'a' }, { write: (line) => lines.push(line) });
  log.info(facts, message);
  return JSON.parse(lines[0]!);
}

describe('a line', () => {
  it('has level, time, node, facts and message', () => {
    const line = lineOf({ status: 200, route: '/genesys/1/node' });
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      node: 'a',
      status: 200,
      route: '/genesys/1/node',
      msg: 'a line',
    });
  });

  it('is not written below the level', () => {
    const lines: string[] = [];
    const log = openLog('info', {}, { write: (line) => lines.push(line) });
    log.debug({}, 'quiet');
    expect(lines).toEqual([]);
  });
});

describe('secrets', () => {
  it.each([
    'authorization',
    'Authorization',
    'cookie',
    'X-Api-Key',
    'key',
    'password',
    'secret',
    'token',
    '_access_code',
    'databaseUrl',
    'DATABASE_URL',
  ])('under the name %s are redacted at any depth', (name) => {
    const line = lineOf({
      [name]: 'hunter2',
      headers: { [name]: ['hunter2'] },
      request: { parts: [{ headers: { [name]: { value: 'hunter2' } } }] },
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line[name]).toBe('[redacted]');
  });

  it('in the password of a URL are redacted wherever it stands', () => {
    const line = lineOf({ err: new Error(`cannot reach ${credentialsUrl}`), url: credentialsUrl });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line.url).toBe('postgres://[redacted]@db:5432/gms');
  });

  it('that are absent stay absent', () => {
    expect(lineOf({ key: undefined, token: null })).toMatchObject({ token: null });
  });
});

describe('errors', () => {
  it('show type, message, stack, code, constraint and causes', () => {
    const cause = Object.assign(new TypeError('the cause'), { code: 'ECONNREFUSED' });
    const error = Object.assign(new Error('the error', { cause }), {
      code: '23505',
      constraint: 'outbox_effect_key',
    });
    const { err } = lineOf({ err: error });
    expect(err).toMatchObject({
      type: 'Error',
      message: 'the error',
      code: '23505',
      constraint: 'outbox_effect_key',
      cause: { type: 'TypeError', message: 'the cause', code: 'ECONNREFUSED' },
    });
    expect(err.stack).toContain('log.spec');
  });

  it('show nothing of the row or the values that a database error brings along', () => {
    const error = Object.assign(new Error('duplicate key value violates a constraint'), {
      detail: 'Key (number)=(+18005551212) already exists.',
      parameters: ['hunter2'],
      query: "INSERT INTO x VALUES ('hunter2')",
      driverError: { where: 'hunter2' },
    });
    const text = JSON.stringify(lineOf({ err: error }));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('18005551212');
  });

  it('that hold themselves as cause do not loop', () => {
    const error = new Error('round');
    error.cause = error;
    expect(lineOf({ err: error }).err.message).toBe('round');
  });

  it('of an aggregate are shown', () => {
    const line = lineOf({ err: new AggregateError([new Error('one'), 'two'], 'both') });
    expect(line.err.errors).toMatchObject([{ message: 'one' }, 'two']);
  });
});
