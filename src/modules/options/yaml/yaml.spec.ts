import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readYaml, writeYaml } from './yaml.js';
import { faultText } from '../../../core/settings/index.js';

function sectionsOf(text: string): Record<string, unknown> {
  const { sections, faults } = readYaml(text);
  expect(faults.listed.map(faultText)).toEqual([]);
  return Object.fromEntries(sections);
}

function faultsOf(text: string): string[] {
  return readYaml(text).faults.listed.map(faultText);
}

describe('reading YAML', () => {
  it('reads sections with options, lists and maps, in their order', () => {
    const text = `
      server: { external_url_base: "", max_body_size: 10485760 }
      resources.DNIS:
        numbers: ["8003449999", '8003449998']   # quoted
        flag: true
      security: { rate_limit: { per_second: 5 } }
    `;
    expect(sectionsOf(text)).toEqual({
      server: { external_url_base: '', max_body_size: 10_485_760 },
      'resources.DNIS': { numbers: ['8003449999', '8003449998'], flag: true },
      security: { rate_limit: { per_second: 5 } },
    });
    expect([...readYaml(text).sections.keys()]).toEqual(['server', 'resources.DNIS', 'security']);
  });

  it('reads JSON', () => {
    expect(sectionsOf('{"server": {"max_body_size": 2048}}')).toEqual({
      server: { max_body_size: 2048 },
    });
  });

  it('takes a number as its text where JavaScript would print it otherwise', () => {
    const numbers = ['8003449999', '0800123456', '+33155559999', '1.10', '1e3', '0x1F', '0o17'];
    const long = '12345678901234567890';
    const { a } = sectionsOf(`a: { n: [${[...numbers, long, '-0', '.5'].join(', ')}] }`) as {
      a: { n: unknown[] };
    };
    expect(a.n.map(String)).toEqual([...numbers, long, '-0', '.5']);
    expect(a.n[0]).toBe(8_003_449_999);
  });

  it('does not take yes and no for true and false', () => {
    expect(sectionsOf('a: { x: yes, y: no, z: on }')).toEqual({
      a: { x: 'yes', y: 'no', z: 'on' },
    });
  });

  it('takes a section without options as an empty one, an option without value as null', () => {
    expect(sectionsOf('a:\nb: { c: }')).toEqual({ a: {}, b: { c: null } });
  });

  it('refuses names that stand twice, each with its place', () => {
    expect(faultsOf('a: { x: 1 }\nb: { y: 1, y: 2 }\na: {}\n')).toEqual([
      'line 2, column 12: "y" stands here twice',
      'line 3, column 1: "a" stands here twice',
    ]);
    expect(faultsOf('a: { 8003: x, "8003": y }')).toEqual([
      'line 1, column 15: "8003" stands here twice',
    ]);
  });

  it('refuses aliases, so that no bomb goes off', () => {
    const bomb = [
      'a0: &a0 { x: [1, 2, 3, 4, 5, 6, 7, 8, 9] }',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} { x: [*a${i}, *a${i}] }`),
    ].join('\n');
    expect(faultsOf(bomb)).toContain('line 2, column 15: takes no aliases');
    expect(faultsOf('a: &a { b: *a }')).toEqual(['line 1, column 12: takes no aliases']);
    expect(faultsOf('a: { b: *nowhere }')).toEqual(['line 1, column 9: takes no aliases']);
  });

  it('has no merge keys', () => {
    expect(sectionsOf('a: { <<: { b: 1 } }')).toEqual({ a: { '<<': { b: 1 } } });
  });

  it.each([
    'a: { x: !!binary aGVsbG8= }',
    'a: { x: !!js/function "x" }',
    'a: { x: !mine 1 }',
    'a: !!set { x }',
    '!!omap [a: {}]',
  ])('refuses the tag in %s', (text) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^line 1, column \d+: takes no tags$/)]);
  });

  it("takes YAML's own tags for text", () => {
    expect(sectionsOf('a: { x: !!str 0800 }')).toEqual({ a: { x: '0800' } });
  });

  it.each(['', '# nothing\n', 'null', '[]', '- a: {}', 'text', '7'])(
    'refuses %j, which is no map of sections',
    (text) => {
      expect(faultsOf(text)).toEqual([expect.stringContaining('takes a map of sections')]);
    },
  );

  it('refuses names that are no names', () => {
    expect(faultsOf('? [a, b]\n: {}')).toEqual(['line 1, column 3: takes a plain name']);
  });

  it('refuses several documents', () => {
    expect(faultsOf('a: {}\n---\nb: {}\n')).toEqual([
      expect.stringContaining('takes one YAML document'),
    ]);
  });

  it('names the place of what is no YAML, and never cites the text', () => {
    const faults = faultsOf('a:\n\tpassword: "hunter2\nb: }{ hunter2');
    expect(faults[0]).toMatch(/^line 2, column 1: is not YAML \(.+\)$/);
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  it('survives nesting made to exhaust the stack', () => {
    expect(faultsOf(`a: { x: ${'['.repeat(100_000)}`)).not.toEqual([]);
    expect(faultsOf(`a: { x: ${'['.repeat(30)}${']'.repeat(30)} }`)).toEqual([
      expect.stringContaining('is nested deeper than 20 levels'),
    ]);
  });

  it('reads many names in a time that grows with them, not with their square', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `  option${i}: ${i}`);
    const started = performance.now();
    expect(readYaml(`a:\n${names.join('\n')}\n`).faults.count).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('writing YAML', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('0800', 'true', 'null', '~', '', ' x ', '1e3', '- a', 'a: b', '#', '\t', '<<'),
    fc.constantFrom('\u0085', '\u2028', '\ufeff', '\r\n', 'x\n\n', '%YAML', '---', '!!str', '*a'),
  );
  const sectionName = fc.stringMatching(/^[a-z0-9._~-]{1,8}( [A-Z0-9]{1,3})?$/);
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(text, tie('any'), { maxKeys: 4 }),
    ),
  })).any;

  it('is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(sectionName, fc.dictionary(text, value, { maxKeys: 4 }), { maxKeys: 4 }),
        (sections) => {
          const written = writeYaml(new Map(Object.entries(sections)));
          const { sections: read, faults } = readYaml(written);
          expect(faults.listed).toEqual([]);
          expect(JSON.stringify([...read])).toBe(JSON.stringify(Object.entries(sections)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
