import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filtersThatMatch, isFilter, isTag } from './event-tag.js';

const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const tag = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('.'));

/** What the document says in words, spelled out. */
function matches(filter: string, tagged: string): boolean {
  if (filter === '*') return true;
  if (filter.endsWith('.*')) return tagged.startsWith(filter.slice(0, -1));
  return filter === tagged;
}

describe('tags', () => {
  it.each(['a', '0', 'ors.context.123', 'A2C.service-1_x', 'ors.39a98e24-b03b-4191-b756'])(
    'takes %s',
    (text) => {
      expect([isTag(text), isFilter(text)]).toEqual([true, true]);
    },
  );

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'ä', 'a!', 'a.!', 'a*', '*a', 'a.*.b', ' a', 'a\n'])(
    'refuses %j, and as a filter too',
    (text) => {
      expect([isTag(text), isFilter(text)]).toEqual([false, false]);
    },
  );

  it.each(['*', 'ors.*', 'ors.a.*'])('takes %s as a filter alone', (text) => {
    expect([isTag(text), isFilter(text)]).toEqual([false, true]);
  });

  it.each(['ors.agent*', '*.*', '.*', 'ors.*!', 'ors.*.', '**'])(
    'refuses the filter %s',
    (text) => {
      expect(isFilter(text)).toBe(false);
    },
  );

  it('ends after 255 characters', () => {
    expect([isTag('a'.repeat(255)), isTag('a'.repeat(256))]).toEqual([true, false]);
  });
});

describe('matching', () => {
  it('finds the five filters of the document', () => {
    expect(filtersThatMatch('ors.agentavailability.agent123.available')).toEqual([
      '*',
      'ors.*',
      'ors.agentavailability.*',
      'ors.agentavailability.agent123.*',
      'ors.agentavailability.agent123.available',
    ]);
  });

  it('finds every filter that matches and no other', () => {
    const filter = fc.oneof(
      tag,
      tag.map((text) => `${text}.*`),
      fc.constant('*'),
    );
    fc.assert(
      fc.property(tag, filter, (tagged, some) => {
        expect(filtersThatMatch(tagged).includes(some)).toBe(matches(some, tagged));
      }),
    );
    fc.assert(
      fc.property(tag, word, (group, last) => {
        expect(filtersThatMatch(`${group}.${last}`)).toContain(`${group}.*`);
        expect(filtersThatMatch(group)).not.toContain(`${group}.*`);
      }),
    );
  });

  it('tells cases apart', () => {
    expect(filtersThatMatch('A.b')).not.toContain('a.b');
  });
});
