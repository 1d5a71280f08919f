import { describe, expect, it } from '@jest/globals';
import { openLog } from '../observability/index.js';
import { Configuration } from './configuration.js';
import { SectionCatalogue } from './domain/section-catalogue.js';
import { defineSection, wholeNumber } from './option-types.js';

const section = defineSection<{ most: number }>('limits', { most: wholeNumber(5, 1, 9) });
const family = defineSection<{ size: number }>('group.', { size: wholeNumber(1, 1, 9) });

describe('the configuration', () => {
  it('cannot be read before it is loaded, and says so', () => {
    const configuration = new Configuration(new SectionCatalogue(), openLog('silent'));
    configuration.register({ schema: section });
    expect(configuration.version).toBeUndefined();
    const words = 'the configuration is not loaded yet: read it once the server has started';
    expect(() => configuration.get(section)).toThrow(words);
    expect(() => configuration.find(family, 'a')).toThrow(words);
    expect(() => configuration.all(family)).toThrow(words);
  });

  it('is one snapshot after the other, each whole', async () => {
    const catalogue = new SectionCatalogue();
    const configuration = new Configuration(catalogue, openLog('silent'));
    configuration.register({ schema: section });
    configuration.register({ schema: family });
    const seen: unknown[] = [];
    const end = configuration.onChange(() => seen.push(configuration.get(section).most));
    const adopt = async (version: number, given: Record<string, object>): Promise<void> => {
      const { sections } = await catalogue.check(new Map(Object.entries(given)));
      configuration.activate({ version, sections });
    };
    await adopt(1, { limits: { most: 7 }, 'group.a': {} });
    const groups = configuration.all(family);
    await adopt(2, {});
    expect(seen).toEqual([7, 5]);
    expect([...groups.keys()]).toEqual(['a']);
    expect(configuration.find(family, 'a')).toBeUndefined();
    end();
    await adopt(3, {});
    expect(seen).toHaveLength(2);
    expect(configuration.version).toBe(3);
  });
});
