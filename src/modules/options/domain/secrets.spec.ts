import { describe, expect, it } from '@jest/globals';
import { restoreSecrets, maskSecrets, secretMask } from './secrets.js';
import { FaultList, linesOf } from '../../../core/settings/index.js';

const isSecret = (section: string, option: string): boolean =>
  section === 'push' && option === 'password';

describe('secrets', () => {
  const options = { user: 'kate', password: 'hunter2' };

  it('are masked', () => {
    expect(maskSecrets('push', options, isSecret)).toEqual({ user: 'kate', password: '********' });
    expect(maskSecrets('other', options, isSecret)).toEqual(options);
  });

  async function keep(
    given: unknown,
    stored?: Record<string, unknown>,
  ): Promise<[unknown, string[]]> {
    const faults = new FaultList();
    const before = new Map(stored === undefined ? [] : [['push', stored]]);
    const kept = await restoreSecrets(new Map([['push', given]]), before, isSecret, faults);
    return [kept.get('push'), linesOf(faults)];
  }

  it('are kept by their mask', async () => {
    const given = { user: 'omar', password: secretMask };
    expect(await keep(given, options)).toEqual([{ user: 'omar', password: 'hunter2' }, []]);
  });

  it('are replaced by anything else', async () => {
    expect(await keep({ password: 'new' }, options)).toEqual([{ password: 'new' }, []]);
    expect(await keep({}, options)).toEqual([{}, []]);
  });

  it('cannot be kept when none is stored', async () => {
    const words = [
      'section push, option password: takes a secret; ******** keeps one, and none is stored',
    ];
    expect((await keep({ password: secretMask }))[1]).toEqual(words);
    expect((await keep({ password: secretMask }, { user: 'kate' }))[1]).toEqual(words);
  });

  it('are not what other options with the same text are', async () => {
    expect(await keep({ user: secretMask })).toEqual([{ user: secretMask }, []]);
  });

  it('leave alone what is no map of options', async () => {
    expect(await keep([secretMask])).toEqual([[secretMask], []]);
    expect(await keep(null)).toEqual([null, []]);
  });
});
