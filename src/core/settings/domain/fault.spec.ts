import { describe, expect, it } from '@jest/globals';
import { faultText, optionFault, positionFault, sectionFault } from './fault.js';

describe('words of faults', () => {
  it('name the section, the option and what it takes', () => {
    const fault = optionFault('resources.DNIS', '_booking_expiration_timeout', 'takes seconds');
    expect(faultText(fault)).toBe(
      'section resources.DNIS, option _booking_expiration_timeout: takes seconds',
    );
  });

  it('name the section alone when the whole section is wrong', () => {
    expect(faultText(sectionFault('nothing', 'is unknown'))).toBe('section nothing: is unknown');
    expect(faultText(optionFault('nothing', '', 'is unknown'))).toBe('section nothing: is unknown');
  });

  it('name the place in a text', () => {
    expect(faultText(positionFault(3, 1, 'is not YAML'))).toBe('line 3, column 1: is not YAML');
  });

  it('quote names that could be mistaken for other words, and cut endless ones', () => {
    expect(faultText(sectionFault('service.call back', 'x'))).toBe('section service.call back: x');
    expect(faultText(sectionFault('a, option b: c', 'x'))).toBe('section "a, option b: c": x');
    expect(faultText(sectionFault('a\nb', 'x'))).toBe('section "a\\nb": x');
    expect(faultText(sectionFault('a'.repeat(1000), 'x')).length).toBeLessThan(200);
  });
});
