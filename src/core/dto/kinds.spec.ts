import { describe, expect, it } from '@jest/globals';
import { JsonNumber, parseJson } from '../json/index.js';
import type { Kind } from './kind.js';
import { flagKind, instantKind, oneOfKind, opaqueMapKind, textKind, wholeKind } from './kinds.js';

const read = (kind: Kind, written: unknown): unknown =>
  kind.read(
    written,
    () => {
      throw new Error('a leaf reports nothing');
    },
    'x',
  );

describe('a text', () => {
  it.each([
    [{ max: 3 }, 'abc', 'abc'],
    [{ max: 3 }, '', ''],
    [{ max: 3 }, 'abcd', undefined],
    [{ min: 2, max: 3 }, 'a', undefined],
    [{ max: 3 }, 7, undefined],
    [{ max: 3, scalars: true }, 7, '7'],
    [{ max: 30, scalars: true }, new JsonNumber('1.10'), '1.10'],
    [{ max: 30, scalars: true }, true, 'true'],
    [{ max: 30, scalars: true }, ['a'], undefined],
    [{ max: 3, trim: true }, '  abc ', 'abc'],
    [{ max: 3, pattern: /^\d+$/ }, 'abc', undefined],
    [{ accepts: (text: string) => text !== 'event' }, 'event', undefined],
  ])('%j of %j is %j', (form, written, value) => {
    expect(read(textKind(form), written)).toBe(value);
  });

  it.each([
    [{ max: 9 }, 'text of at most 9 characters'],
    [{ min: 1, max: 9 }, '1 to 9 characters'],
    [{}, 'text'],
    [{ max: 9, takes: 'a tag' }, 'a tag'],
  ])('of the form %j takes "%s"', (form, takes) => {
    expect(textKind(form).takes).toBe(takes);
  });
});

describe('a whole number', () => {
  const kind = wholeKind({ min: -5, max: 9 });
  it.each([
    [9, 9],
    ['9', 9],
    ['-5', -5],
    [new JsonNumber('9.0'), 9],
    [10, undefined],
    ['10', undefined],
    [1.5, undefined],
    ['1.5', undefined],
    ['1e0', undefined],
    [' 1', undefined],
    ['', undefined],
    [true, undefined],
    [[1], undefined],
    [new JsonNumber('1E400'), undefined],
  ])('of -5 to 9 reads %p as %p', (written, value) => {
    expect(read(kind, written)).toBe(value);
  });

  it('says its range, or the words that it was given', () => {
    expect(kind.takes).toBe('a whole number from -5 to 9');
    expect(wholeKind({ min: 1, max: 2, takes: 'seconds' }).takes).toBe('seconds');
  });

  it('may say how its text looks', () => {
    const seconds = wholeKind({ min: -5, max: 9, digits: /^\s*\d\s*$/ });
    expect([read(seconds, ' 7 '), read(seconds, '-5'), read(seconds, -5)]).toEqual([
      7,
      undefined,
      -5,
    ]);
  });
});

describe('one of some words', () => {
  it('is taken as it stands in the list', () => {
    const exact = oneOfKind(['Supervisor', 'Administrator']);
    expect([read(exact, 'Supervisor'), read(exact, 'supervisor')]).toEqual([
      'Supervisor',
      undefined,
    ]);
    const loose = oneOfKind(['Supervisor'], { anyCase: true, trim: true });
    expect(read(loose, ' SUPERVISOR ')).toBe('Supervisor');
    expect(exact.takes).toBe('one of Supervisor, Administrator');
  });

  it('is no name that every object has', () => {
    expect(read(oneOfKind(['a']), 'constructor')).toBeUndefined();
  });
});

describe('a flag', () => {
  it.each([
    [true, true],
    [false, false],
    ['TRUE', true],
    ['false', false],
    [' true', undefined],
    ['', undefined],
    [0, undefined],
    ['yes', undefined],
  ])('reads %p as %p', (written, value) => {
    expect(read(flagKind(), written)).toBe(value);
  });

  it('may have blanks around it', () => {
    expect(read(flagKind({ trim: true }), ' true ')).toBe(true);
  });
});

describe('an instant', () => {
  it('is a text of ISO 8601', () => {
    expect(read(instantKind(), '2030-01-31T12:00:00+01:00')).toEqual(new Date(1_896_087_600_000));
    expect(read(instantKind(), 1_896_087_600_000)).toBeUndefined();
    expect(read(instantKind(), '2030-01-31T12:00:00 01:00')).toBeUndefined();
  });

  it('of a query string may have a blank where its plus was', () => {
    const kind = instantKind({ blankIsPlus: true });
    expect(read(kind, '2030-01-31T12:00:00 01:00')).toEqual(new Date(1_896_087_600_000));
  });
});

describe('an opaque map', () => {
  it('is the very object that was written', () => {
    const map = parseJson('{"a":{"b":[1]}}');
    expect(read(opaqueMapKind(), map)).toBe(map);
  });

  it.each([[[1]], ['{}'], [new JsonNumber('1.10')], [7]])('is not %p', (written) => {
    expect(read(opaqueMapKind(), written)).toBeUndefined();
  });
});
