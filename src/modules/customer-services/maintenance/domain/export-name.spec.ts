import { describe, expect, it } from '@jest/globals';
import { exportBegunAt, exportName } from './export-name.js';

describe('names of exported files', () => {
  const begun = new Date('2026-11-27T20:30:15.007Z');

  it.each([
    ['services.json', 'export20261127_203015_007_services.json'],
    ['services.csv', 'export20261127_203015_007_services.csv'],
    ['states.csv', 'export20261127_203015_007_states.csv'],
    ['tasks.csv', 'export20261127_203015_007_tasks.csv'],
  ] as const)('say when the export began: %s', (kind, name) => {
    expect(exportName(begun, kind)).toBe(name);
    expect(exportBegunAt(name)).toEqual(begun);
  });

  it.each([
    '',
    '.',
    '..',
    'export20261127_203015_007_states.json',
    'export20261127_203015_007_services.csv ',
    'export20261127_203015_007_services.csv\n',
    'export20261127_203015_007_services.csv\0',
    '.export20261127_203015_007_services.json.part',
    '../export20261127_203015_007_services.json',
    'x/export20261127_203015_007_services.json',
    'export20261327_203015_007_services.json',
    'EXPORT20261127_203015_007_services.json',
    'export２0261127_203015_007_services.json',
  ])('%j is none', (text) => {
    expect(exportBegunAt(text)).toBeUndefined();
  });
});
