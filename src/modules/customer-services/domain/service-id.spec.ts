import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { serviceIdOf, uuidOfServiceId } from './service-id.js';

describe('service ids', () => {
  it('are a number from 100 to 399 and the uuid, which they give back', () => {
    for (let round = 0; round < 1000; round++) {
      const uuid = randomUUID();
      const id = serviceIdOf(uuid);
      expect(id).toMatch(/^[1-3]\d\d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(uuidOfServiceId(id)).toBe(uuid);
    }
  });

  it.each([
    ['the least number', '0000', 100],
    ['the number after it', '00db', 101],
    ['the greatest number', 'ffff', 399],
  ])('have %s', (_, start, number) => {
    expect(serviceIdOf(`${start}0000-0000-4000-8000-000000000000`)).toMatch(
      new RegExp(`^${String(number)}-`),
    );
  });

  it('have the order of their uuids', () => {
    const uuids = Array.from({ length: 1000 }, () => randomUUID()).sort();
    const ids = uuids.map(serviceIdOf);
    expect([...ids].sort()).toEqual(ids);
  });

  it.each([
    '',
    '100',
    '00000000-0000-4000-8000-000000000000',
    '101-00000000-0000-4000-8000-000000000000',
    '400-ffff0000-0000-4000-8000-000000000000',
    '100-00000000-0000-4000-8000-00000000000g',
    ' 100-00000000-0000-4000-8000-000000000000',
    "100-00000000-0000-4000-8000-000000000000'",
  ])('%j is none', (text) => {
    expect(uuidOfServiceId(text)).toBeUndefined();
  });
});
