import { describe, expect, it } from '@jest/globals';
import { isSectionName } from './section-name.js';

describe('names of sections in a family', () => {
  it.each([
    'DNIS',
    'iPhoneService',
    'request-interaction',
    'SalesApp.event.A2C.service',
    'Call me back',
    'a_b~c.d-1',
    'Kundenservice Köln',
    '営業',
    '٣',
    'हिन्दी',
    'a'.repeat(100),
    '𝒳'.repeat(100),
  ])('may be %j', (name) => {
    expect(isSectionName(name)).toBe(true);
  });

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a  b',
    'a\tb',
    'a\nb',
    'a\u00a0b',
    'a/b',
    'a:b',
    'a,b',
    '"a"',
    'a\0',
    '\ud800',
    '\u202ea',
    '😀',
    'a'.repeat(101),
    '𝒳'.repeat(101),
  ])('may not be %j', (name) => {
    expect(isSectionName(name)).toBe(false);
  });

  it('are looked at in no time, however long they are', () => {
    // Would not come back within the test's time if it were tried in every way.
    isSectionName(`${'a '.repeat(1_000_000)}!`);
    isSectionName(`${'a '.repeat(99)}!!`);
    expect(isSectionName('a '.repeat(49) + 'a')).toBe(true);
  });
});
