import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DomainError } from '../../../core/errors/index.js';
import { parseBody } from './parse-body.js';

const schema = z.object({
  name: z.string('takes text').max(3, 'takes at most 3 characters'),
  roles: z.array(z.enum(['a', 'b'])).optional(),
  inner: z.object({ age: z.number() }).optional(),
});

const faultOf = (body: object, by: z.ZodType = schema): string => {
  try {
    parseBody(by, body);
  } catch (error) {
    if (error instanceof DomainError) return `${error.code}: ${error.message}`;
  }
  throw new Error('nothing was refused');
};

describe('parseBody', () => {
  it('gives what the schema names and ignores the rest', () => {
    expect(parseBody(schema, { name: 'x', other: 1 })).toEqual({ name: 'x' });
    expect(parseBody(schema, JSON.parse('{"name":"x","__proto__":{"a":1}}') as object)).toEqual({
      name: 'x',
    });
  });

  it.each([{}, { name: null }, { name: undefined }])('misses what %j has not', (body) => {
    expect(faultOf(body)).toBe('MissingParameter: name is mandatory');
  });

  it('counts an empty text that is not taken as not given', () => {
    expect(faultOf({ name: '' }, z.object({ name: z.string().min(1) }))).toBe(
      'MissingParameter: name is mandatory',
    );
  });

  it.each([
    [{ name: 7 }, 'InvalidParameter: name takes text'],
    [{ name: 'long' }, 'InvalidParameter: name takes at most 3 characters'],
    [{ name: 'x', roles: ['a', 'c'] }, 'InvalidParameter: roles[1]: Invalid option'],
    [{ name: 'x', inner: { age: 'old' } }, 'InvalidParameter: inner.age: Invalid input'],
    [{ name: 'x', inner: {} }, 'MissingParameter: inner.age is mandatory'],
  ])('names the member of %j that is not taken', (body, fault) => {
    expect(faultOf(body)).toContain(fault);
  });

  it('calls a rule about the whole the body', () => {
    const whole = schema.refine(() => false, 'takes a or b, not both');
    expect(faultOf({ name: 'x' }, whole)).toBe('InvalidParameter: the body takes a or b, not both');
  });
});
