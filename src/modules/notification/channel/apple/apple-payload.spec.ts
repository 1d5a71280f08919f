import { describe, expect, it } from '@jest/globals';
import { applePayload, maxPayloadBytes } from './apple-payload.js';

const bytesOf = (text: string): number => Buffer.byteLength(text);

describe('a payload of APNs', () => {
  it('has the message twice while there is room', () => {
    const payload = applePayload('m'.repeat(2000), {});
    expect(JSON.parse(payload!.body)).toEqual({
      aps: { alert: { body: 'm'.repeat(2000) } },
      message: 'm'.repeat(2000),
    });
  });

  it.each(['m', '"', '\\', '\n', '\u0001', 'ü', '€', '😀', '👩‍👩‍👧', '\ud800'])(
    'has a shortened alert when there is no room twice: %j',
    (letter) => {
      const size = bytesOf(JSON.stringify(letter)) - 2;
      for (const bytes of [2100, 3000, 4030]) {
        const message = letter.repeat(Math.floor(bytes / size));
        const { body } = applePayload(message, { 'apple.badge': 7 })!;
        const { aps, message: sent } = JSON.parse(body);
        expect(sent).toBe(message);
        expect(aps.badge).toBe(7);
        const [, shown] = /^(.*)…$/su.exec(aps.alert.body)!;
        expect(shown).toBe(letter.repeat(shown!.length / letter.length));
        expect(bytesOf(body)).toBeLessThanOrEqual(maxPayloadBytes);
        expect(bytesOf(body)).toBeGreaterThan(maxPayloadBytes - size);
      }
    },
  );

  it('has no room for a message of its own size', () => {
    const most = maxPayloadBytes - bytesOf('{"aps":{"alert":{"body":"…"}},"message":""}');
    expect(applePayload('m'.repeat(most), {})?.body).toContain('"body":"…"');
    expect(applePayload('m'.repeat(most + 1), {})).toBeUndefined();
    expect(applePayload('m'.repeat(4096), { 'apple.content_available': true })).toBeUndefined();
  });

  it('has the configured text shortened too, and its title after that', () => {
    const texts = { 'apple.alert.title': 't'.repeat(3000), 'apple.alert.body': 'b'.repeat(90_000) };
    const room = JSON.parse(applePayload('m'.repeat(900), texts)!.body).aps.alert;
    expect(room.title).toBe('t'.repeat(3000));
    expect(room.body).toMatch(/^b+…$/);
    const less = JSON.parse(applePayload('m'.repeat(3000), texts)!.body).aps.alert;
    expect(less.title).toMatch(/^t+…$/);
    expect(less.body).toBe('…');
  });
});
