import { beforeEach, describe, expect, it } from '@jest/globals';
import { defineSection, optional, secret, text, wholeNumber } from '../option-types.js';
import type { SectionRules } from './section-schema.js';
import { linesOf } from './fault-list.js';
import { SectionCatalogue } from './section-catalogue.js';

const limits = defineSection<{ most: number }>('limits', { most: wholeNumber(5, 1, 9) });
const group = defineSection<{ size: number }>('group.', { size: wholeNumber(1, 1, 9) });
const nearer = defineSection<{ password: string }>('group.inner.', { password: secret(text('')) });
const user = defineSection<{ group: string | undefined }>('user.', { group: optional(text('')) });

const userRules: SectionRules = {
  schema: user,
  checkReferences(sections, report) {
    for (const [name, { group: named }] of sections.all(user)) {
      if (named !== undefined && sections.find(group, named) === undefined) {
        report(`user.${name}`, 'group', `names the group ${named}, which is not there`);
      }
    }
  },
};

let catalogue: SectionCatalogue;

beforeEach(() => {
  catalogue = new SectionCatalogue();
  for (const schema of [limits, group, nearer]) catalogue.add({ schema });
  catalogue.add(userRules);
});

async function faultsOf(given: Record<string, unknown>): Promise<string[]> {
  return linesOf((await catalogue.check(new Map(Object.entries(given)))).faults);
}

describe('the catalogue', () => {
  it('has a section once', () => {
    expect(() => catalogue.add({ schema: limits })).toThrow('section limits is registered twice');
    expect(() => catalogue.add(userRules)).toThrow('section user. is registered twice');
  });

  it('tells sections of their own from those of families', () => {
    const names = ['limits', 'group.a', 'group.', 'group', 'other', ''];
    expect(names.filter((name) => catalogue.isSingle(name))).toEqual(['limits']);
  });

  it('takes every option of an unknown section for a secret', () => {
    expect(catalogue.isSecret('other', 'a')).toBe(true);
    expect(catalogue.isSecret('limits', 'most')).toBe(false);
    expect(catalogue.isSecret('group.inner.a', 'password')).toBe(true);
  });
});

describe('checking sections', () => {
  it('reads them, with defaults for what nobody wrote', async () => {
    const { sections, faults } = await catalogue.check(
      new Map<string, unknown>([
        ['group.b', { size: '2' }],
        ['group.a', {}],
      ]),
    );
    expect(faults.count).toBe(0);
    expect(sections.get(limits)).toEqual({ most: 5 });
    expect([...sections.all(group)]).toEqual([
      ['b', { size: 2 }],
      ['a', { size: 1 }],
    ]);
    expect(sections.find(group, 'a')).toEqual({ size: 1 });
    expect(sections.find(group, 'c')).toBeUndefined();
    expect([...sections.all(user)]).toEqual([]);
  });

  it('gives a section to the nearest family', async () => {
    expect(await faultsOf({ 'group.inner.a': { size: 1 } })).toEqual([
      'section group.inner.a, option size: is unknown; this section takes password',
    ]);
  });

  it('says when nobody registered what is read', async () => {
    const { sections } = await catalogue.check(new Map());
    const other = defineSection<object>('other', {});
    const others = defineSection<object>('others.', {});
    expect(() => sections.get(other)).toThrow('nobody registered the section other');
    expect(() => sections.all(others)).toThrow('nobody registered the section others.');
    expect(() => sections.find(others, 'a')).toThrow('nobody registered the section others.');
  });

  it('lists every fault, references too', async () => {
    expect(
      await faultsOf({
        other: {},
        limits: { most: 10, least: 1 },
        'group.': {},
        'group.a/b': {},
        'group.c': [],
        'user.kate': { group: 'nowhere' },
        'user.omar': { group: 'c' },
      }),
    ).toEqual([
      'section other: is unknown; the sections are limits, group.<name>, group.inner.<name>, user.<name>',
      'section limits, option most: takes a whole number from 1 to 9',
      'section limits, option least: is unknown; this section takes most',
      expect.stringMatching(/^section group\.: takes a name after the dot/),
      expect.stringMatching(/^section "group\.a\/b": takes a name after the dot/),
      'section group.c: takes a map of options',
      'section user.kate, option group: names the group nowhere, which is not there',
      'section user.omar, option group: names the group c, which is not there',
    ]);
  });

  it('does not take a faulty section for one that is missing', async () => {
    expect(await faultsOf({ 'group.a': { size: 0 }, 'user.kate': { group: 'a' } })).toEqual([
      'section group.a, option size: takes a whole number from 1 to 9',
    ]);
  });

  it('finds no further fault in what a faulty section says of others', async () => {
    expect(await faultsOf({ 'user.kate': { group: 'nowhere', age: 7 } })).toEqual([
      'section user.kate, option age: is unknown; this section takes group',
    ]);
  });

  it('survives rules that cannot work with refused options, but no others', async () => {
    catalogue.add({
      schema: defineSection<object>('trap', {}),
      checkReferences(sections) {
        if ([...sections.all(group).keys()].includes('a')) throw new TypeError('not ready for it');
      },
    });
    expect(await faultsOf({ 'group.a': { size: 0 } })).toHaveLength(1);
    await expect(faultsOf({ 'group.a': {} })).rejects.toThrow('not ready for it');
  });

  it.each([[null], ['text'], [7], [[]], [true]])('refuses %j for a section', async (value) => {
    expect(await faultsOf({ limits: value })).toEqual(['section limits: takes a map of options']);
  });

  it('refuses what the database cannot hold, wherever it stands', async () => {
    const words = 'takes text without NUL characters';
    catalogue.add({
      schema: { name: 'free', parse: (given) => given, isSecret: () => false },
    });
    expect(
      await faultsOf({ free: { a: 'x\0', 'b\0': 1, c: [{ d: '\0' }], e: { '\0': 1 } } }),
    ).toEqual([
      `section free, option a: ${words}`,
      `section free, option "b\\u0000": ${words}`,
      `section free, option c: ${words}`,
      `section free, option e: ${words}`,
    ]);
    expect(await faultsOf({ free: { a: '\ud800' } })).toEqual([
      'section free, option a: takes text without halves of surrogate pairs',
    ]);
    expect(await faultsOf({ 'a\0': {} })).toEqual([
      expect.stringMatching(/^section "a\\u0000": is unknown/),
    ]);
  });

  it('refuses nesting that would exhaust the stack', async () => {
    catalogue.add({ schema: { name: 'free', parse: (given) => given, isSecret: () => false } });
    const deep = JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`) as unknown;
    expect(await faultsOf({ free: { a: deep } })).toEqual([
      'section free, option a: is nested deeper than 20 levels',
    ]);
  });

  it('reads names of JavaScript as names', async () => {
    expect(await faultsOf(JSON.parse('{"__proto__": {}, "constructor": {}}') as never)).toEqual([
      expect.stringMatching(/^section __proto__: is unknown/),
      expect.stringMatching(/^section constructor: is unknown/),
    ]);
    expect(await faultsOf({ limits: JSON.parse('{"__proto__": {}}') })).toEqual([
      'section limits, option __proto__: is unknown; this section takes most',
    ]);
  });
});
