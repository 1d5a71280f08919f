import { describe, expect, it } from '@jest/globals';
import { ExtensionSelection } from './extension-selection.js';

const extensions = JSON.parse(
  '{"Feedback": {"rating": 5}, "Notes": null, "a.b": [1], "__proto__": "own", "*": 1}',
) as Record<string, unknown>;

const of = (...entries: string[]) => new ExtensionSelection(entries);

describe('a selection of extensions', () => {
  it('takes a plain name from every level', () => {
    for (const level of ['Service', 'State', 'Task'] as const) {
      expect(of('Feedback').of(level, extensions)).toEqual({ Feedback: { rating: 5 } });
    }
  });

  it('takes a name with a level from that level alone', () => {
    expect(of('State.Notes').of('State', extensions)).toEqual({ Notes: null });
    expect(of('State.Notes').of('Task', extensions)).toEqual({});
    expect(of('State.Notes').of('Service', extensions)).toEqual({});
  });

  it('takes all of one level, and all of every level', () => {
    expect(of('Task.*').of('Task', extensions)).toEqual(extensions);
    expect(of('Task.*').of('State', extensions)).toEqual({});
    expect(of('*').of('Service', extensions)).toEqual(extensions);
  });

  it('knows a name with a dot, and one that objects have a meaning for', () => {
    expect(of('a.b').of('Service', extensions)).toEqual({ 'a.b': [1] });
    const taken = of('__proto__').of('Service', extensions);
    expect(Object.entries(taken)).toEqual([['__proto__', 'own']]);
    expect(Object.entries(of('*').of('Service', extensions))).toHaveLength(5);
  });

  it('is empty when nothing was asked for', () => {
    expect(of().isEmpty).toBe(true);
    expect(of().of('Service', extensions)).toEqual({});
    expect(of('x').isEmpty).toBe(false);
  });
});
