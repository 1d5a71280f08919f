import { describe, expect, it } from '@jest/globals';
import { patchOptions } from './patch-options.js';
import { SectionCatalogue } from '../../../core/settings/index.js';

/** Takes every option but `never`; a leading underscore makes no difference. */
function catalogueWith(nameOf = (written: string) => written.replace(/^_/, '')): SectionCatalogue {
  const catalogue = new SectionCatalogue();
  catalogue.add({
    schema: {
      name: 'free',
      parse: (given, report) => {
        if ('never' in given) report('never', 'is unknown');
        return given;
      },
      isSecret: () => false,
      nameOf,
    },
  });
  return catalogue;
}

const patch = (options: object, changes: object): [string, unknown][] =>
  Object.entries(
    patchOptions('free', options as never, changes as never, catalogueWith()) as object,
  );

describe('a patch of options', () => {
  it('replaces what is named where it stands, and puts what is new at the end', () => {
    expect(patch({ a: 1, b: 2 }, { c: 3, a: 4 })).toEqual([
      ['a', 4],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('knows an option by its one name, within the patch too', () => {
    expect(patch({ _a: 1, b: 2 }, { a: 3 })).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
    expect(patch({}, { a: 1, _a: 2 })).toEqual([['_a', 2]]);
    expect(patch({ a: 1 }, { _a: null })).toEqual([]);
  });

  it('takes options out, and leaves null what the section cannot hold', () => {
    expect(patch({ a: 1 }, { a: null, other: null, never: null })).toEqual([['never', null]]);
  });

  it('of thousands of options looks at each a few times, not at each for each', () => {
    let looks = 0;
    const catalogue = catalogueWith((written) => {
      looks++;
      return written;
    });
    const options = Object.fromEntries(
      Array.from({ length: 2000 }, (_, place) => [`a${place}`, 1]),
    );
    const changes = Object.fromEntries(
      Array.from({ length: 2000 }, (_, place) => [`b${place}`, 1]),
    );
    patchOptions('free', options, changes, catalogue);
    expect(looks).toBeLessThan(20_000);
  });
});
