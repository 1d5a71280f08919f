import { expect } from '@jest/globals';
import type { TestResponse } from './http-client.js';

/** What callers may write where a whole number is asked for, from the usual to the absurd. */
export const numbers = [
  ...['0', '-1', '1', '5', '60', '1800', '1801', '2147483647', '2147483648', '9999999999'],
  ...['9007199254740993', '9'.repeat(400), '1.5', '1e3', '0x10', '+5', '00000000060', ' 60 '],
  ...['NaN', 'Infinity', '٣٠', '６０', 'sixty', '60\u00a0', '1_000', '1,000', 'true'],
];

/** What callers may write where an instant is asked for. */
export const instants = [
  ...['2100-01-01T00:00:00Z', '2500-06-30T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ...['9999-12-31T23:59:59.999-14:00', '9999-12-31T23:59:59+14:00', '2100-01-01T00:00:00+23:59'],
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00'],
  ...['1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z', '1883-11-18T12:03:57-04:56'],
  ...['292278994-08-17T07:12:55Z', '+292278994-08-17T07:12:55Z', '-292275055-05-16T16:47:04Z'],
  ...['+010000-01-01T00:00:00Z', '275760-09-13T00:00:00Z', '10000-01-01T00:00:00Z'],
  ...[
    '2030-06-30T23:59:60Z',
    '2030-01-31T24:00:00Z',
    '2030-02-30T00:00:00Z',
    '2031-02-29T00:00:00Z',
  ],
  ...[
    '2030-01-31',
    '2030-01-31T12:00:00',
    '2030-01-31 12:00:00Z',
    '20300131T120000Z',
    '1893456000',
  ],
  ...[`2030-01-31T12:00:00.${'1'.repeat(300)}Z`, '2030-01-31T12:00:00,5Z', '2030-01-31T12:00Z'],
  ...['2030-01-31T12:00:00+99:99', '2030-01-31T12:00:00+0530', '2030-01-31t12:00:00z', 'infinity'],
  ...['now', 'tomorrow', 'epoch', '٢٠٣٠-٠١-٣١T١٢:٠٠:٠٠Z', '9'.repeat(400)],
];

/** What callers may write where a phone number, a code, a name or an id is asked for. */
export const texts = [
  ...[
    '+',
    '++1',
    'anonymous',
    '1-800-FLOWERS',
    '٠١٢٣٤٥',
    '\u202e6504669999',
    'sip:kate@example.org',
  ],
  ...[
    '0',
    '000',
    '+0',
    "'; DROP TABLE access_grant; --",
    '😀'.repeat(60),
    '\u200b',
    '漢'.repeat(255),
  ],
  ...['1'.repeat(255), '1'.repeat(256), '1'.repeat(3000), '1'.repeat(10_000), '漢'.repeat(3000)],
  ...['1'.repeat(900_000), '__proto__', 'constructor', '../..', '%', '\u0001', '\t1\n'],
];

/** Checks each value, several at a time, and names those for which the check fails. */
export async function forEach(
  values: readonly string[],
  check: (value: string) => Promise<void>,
): Promise<void> {
  const waiting = [...values];
  const failures: string[] = [];
  const work = async () => {
    for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) {
      await check(value).catch((error: unknown) =>
        failures.push(`${shown(value)}: ${String(error)}`),
      );
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(failures).toEqual([]);
}

function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 45 ? `${text.slice(0, 40)}… (${String(value.length)} characters)` : text;
}

/**
 * Expects an answer that was meant: a success, or a refusal that the caller can act on.
 * @param field what a 400 must name
 * @param absent the exceptions of a 404, 409 or 503 that is right here
 */
export function expectMeant(answer: TestResponse, field: string, ...absent: string[]): void {
  const { status, text } = answer;
  if (status >= 200 && status < 300) return;
  const refusal = answer.json as { exception: string; message: string };
  if (status === 400)
    expect([text, refusal.message]).toEqual([text, expect.stringContaining(field)]);
  else
    expect([status, text, absent]).toEqual([
      status,
      text,
      expect.arrayContaining([refusal.exception]),
    ]);
}
