/** Sections with which tests of services start; each test file names what it needs beside. */
export const serviceSections = {
  'service.request-interaction': { _type: 'builtin', _service: 'request-interaction' },
  'service.match-interaction': { _type: 'builtin', _service: 'match-interaction' },
  'service.request-access': { _type: 'builtin', _service: 'request-access' },
};

/** Access numbers in a row, `first` and the ones after it. */
export function numbersFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index));
}
