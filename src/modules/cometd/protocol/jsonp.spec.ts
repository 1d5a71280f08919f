import { describe, expect, it } from '@jest/globals';
import { isCallbackName, jsonpText } from './jsonp.js';

describe('callback-polling', () => {
  it.each(['cb', '_', '$', 'jQuery1_2', 'org.cometd.cb', `a${'b'.repeat(127)}`])(
    'calls %s',
    (name) => {
      expect(isCallbackName(name)).toBe(true);
    },
  );

  it.each(['', '1a', 'a b', 'a.', '.a', 'a..b', 'a[0]', 'a(', 'alert(1)//', '<x>', 'ä', 'a\n'])(
    'does not call %j',
    (name) => {
      expect(isCallbackName(name)).toBe(false);
    },
  );

  it('has an end to names', () => {
    expect(isCallbackName(`a${'b'.repeat(128)}`)).toBe(false);
    expect(isCallbackName(Array(12).fill('a').join('.'))).toBe(false);
  });

  it('answers a script with the messages, whatever characters they have', () => {
    const messages = [{ data: 'a\u2028b\u2029c</script>' }];
    const script = jsonpText('cb', JSON.stringify(messages));
    expect(script).toMatch(/^\/\*\*\/cb\(.*\);$/);
    expect(script).not.toMatch(/[\u2028\u2029]/);
    expect(JSON.parse(script.slice('/**/cb('.length, -2))).toEqual(messages);
  });
});
