import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  boolean,
  defineSection,
  list,
  map,
  oneOf,
  optional,
  type OptionType,
  secret,
  text,
  wholeNumber,
} from './option-types.js';

function accepts<Value>(type: OptionType<Value>, value: unknown): Value {
  return type.schema.parse(value);
}

function refuses(type: OptionType<unknown>, ...values: unknown[]): void {
  for (const value of values) {
    expect([value, type.schema.safeParse(value).success]).toEqual([value, false]);
  }
}

describe('whole numbers', () => {
  const type = wholeNumber(30, 5, 1800);

  it('are taken as numbers and as strings', () => {
    expect(accepts(type, 7)).toBe(7);
    expect(accepts(type, '7')).toBe(7);
    expect(accepts(type, ' 0030 ')).toBe(30);
    expect(accepts(wholeNumber(0, -5, 5), '-5')).toBe(-5);
    expect(accepts(type, 5)).toBe(5);
    expect(accepts(type, '1800')).toBe(1800);
  });

  it('have bounds, and say so', () => {
    refuses(type, 4, 1801, '4', '1801');
    expect(type.takes).toBe('a whole number from 5 to 1800');
  });

  it('are nothing else', () => {
    refuses(type, 7.5, '7.5', '7s', '', ' ', null, true, [7], {}, NaN, Infinity, '1e2', '0x1F');
  });
});

describe('booleans', () => {
  it('are taken as booleans and as words in any case', () => {
    expect([true, 'true', ' TRUE '].map((value) => accepts(boolean(false), value))).toEqual([
      true,
      true,
      true,
    ]);
    expect([false, 'false', 'False'].map((value) => accepts(boolean(true), value))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are nothing else', () => {
    refuses(boolean(false), 'yes', '', 0, 1, null, [true]);
  });
});

describe('text', () => {
  it('is trimmed, and a number is taken as its text', () => {
    expect(accepts(text(''), '  a b ')).toBe('a b');
    expect(accepts(text(''), 8_003_449_999)).toBe('8003449999');
  });

  it('refuses numbers that have lost digits already', () => {
    refuses(text(''), Number('12345678901234567890'), Infinity);
  });

  it('refuses what the database cannot hold, and what is too long', () => {
    refuses(text(''), 'a\0b', '\ud800', 'x'.repeat(1001));
    expect(accepts(text(''), 'x'.repeat(1000))).toHaveLength(1000);
  });

  it('has rules of its own', () => {
    const country = text('', 'two letters', (value) => /^[A-Z]{2}$/.test(value));
    expect(accepts(country, ' US ')).toBe('US');
    refuses(country, 'USA', '', true, null, ['US']);
  });
});

describe('one of some words', () => {
  it('comes out as the word is spelt', () => {
    const type = oneOf('RANDOM', ['RANDOM', 'CLUSTER']);
    expect(accepts(type, ' cluster ')).toBe('CLUSTER');
    refuses(type, 'OTHER', '', 1, null);
    expect(type.takes).toBe('one of RANDOM, CLUSTER');
  });
});

describe('lists', () => {
  const numbers = list<string>([], text('', 'a number'), 3);

  it('hold items of one kind', () => {
    expect(accepts(numbers, ['1', 2])).toEqual(['1', '2']);
    expect(accepts(numbers, [])).toEqual([]);
    refuses(numbers, '1', { 0: '1' }, [true], [['1']], ['1', '2', '3', '4']);
    expect(numbers.takes).toBe('a list, each item a number');
  });

  it('cannot be changed by who reads them', () => {
    expect(Object.isFrozen(accepts(numbers, ['1']))).toBe(true);
  });
});

describe('maps', () => {
  const limit = map<{ per_second: number; burst: number }>({
    per_second: wholeNumber(200, 1, 1000),
    burst: wholeNumber(400, 1, 1000),
  });

  it('have options of their own, with defaults', () => {
    expect(limit.defaultValue).toEqual({ per_second: 200, burst: 400 });
    expect(accepts(limit, { per_second: '5' })).toEqual({ per_second: 5, burst: 400 });
    expect(limit.takes).toBe(
      'a map of per_second (a whole number from 1 to 1000) and burst (a whole number from 1 to 1000)',
    );
  });

  it('refuse what is in none of them', () => {
    refuses(limit, { per_second: 0 }, { other: 1 }, 5, [], null, JSON.parse('{"__proto__": 1}'));
  });
});

describe('a section', () => {
  const section = defineSection<{ a: number; b: string | undefined; password: string }>('test', {
    a: wholeNumber(1, 0, 9),
    b: optional(text('')),
    password: secret(text('')),
  });

  function parse(given: Record<string, unknown>): { options: object; faults: string[] } {
    const faults: string[] = [];
    const options = section.parse(given, (option, takes) => faults.push(`${option} ${takes}`));
    return { options, faults };
  }

  it('has defaults for what is not written', () => {
    expect(parse({})).toEqual({ options: { a: 1, b: undefined, password: '' }, faults: [] });
    expect(parse({ a: '2', b: 'x' }).options).toEqual({ a: 2, b: 'x', password: '' });
  });

  it('reports every fault, and what it takes', () => {
    expect(parse({ a: 'x', b: [], c: 1 }).faults).toEqual([
      'a takes a whole number from 0 to 9',
      'b takes text of at most 1000 characters',
      'c is unknown; this section takes a, b, password',
    ]);
  });

  it('knows its secrets, and no names of JavaScript', () => {
    expect(['a', 'password', 'constructor', '__proto__'].map((n) => section.isSecret(n))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(
      parse(JSON.parse('{"__proto__": {}, "constructor": 1}') as object as never).faults,
    ).toEqual([
      '__proto__ is unknown; this section takes a, b, password',
      'constructor is unknown; this section takes a, b, password',
    ]);
  });

  it('keeps a secret a secret when it is optional or not', () => {
    expect(optional(secret(text(''))).secret).toBe(true);
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'password', 'c'), fc.anything()),
        (given) => {
          parse(given);
        },
      ),
    );
  });
});
