import { describe, expect, it } from '@jest/globals';
import { type Fault, faultText } from './fault.js';
import { keepSecrets, maskSecrets, secretMask } from './secrets.js';

const isSecret = (section: string, option: string): boolean =>
  section === 'push' && option === 'password';

describe('secrets', () => {
  const options = { user: 'kate', password: 'hunter2' };

  it('are masked', () => {
    expect(maskSecrets('push', options, isSecret)).toEqual({ user: 'kate', password: '********' });
    expect(maskSecrets('other', options, isSecret)).toEqual(options);
  });

  function keep(given: unknown, stored?: Record<string, unknown>): [unknown, string[]] {
    const faults: Fault[] = [];
    const before = new Map(stored === undefined ? [] : [['push', stored]]);
    const kept = keepSecrets(new Map([['push', given]]), before, isSecret, faults);
    return [kept.get('push'), faults.map(faultText)];
  }

  it('are kept by their mask', () => {
    const given = { user: 'omar', password: secretMask };
    expect(keep(given, options)).toEqual([{ user: 'omar', password: 'hunter2' }, []]);
  });

  it('are replaced by anything else', () => {
    expect(keep({ password: 'new' }, options)).toEqual([{ password: 'new' }, []]);
    expect(keep({}, options)).toEqual([{}, []]);
  });

  it('cannot be kept when none is stored', () => {
    const words = [
      'section push, option password: takes a secret; ******** keeps one, and none is stored',
    ];
    expect(keep({ password: secretMask })[1]).toEqual(words);
    expect(keep({ password: secretMask }, { user: 'kate' })[1]).toEqual(words);
  });

  it('are not what other options with the same text are', () => {
    expect(keep({ user: secretMask })).toEqual([{ user: secretMask }, []]);
  });

  it('leave alone what is no map of options', () => {
    expect(keep([secretMask])).toEqual([[secretMask], []]);
    expect(keep(null)).toEqual([null, []]);
  });
});
