import config from './jest.config.mjs';

/** What is tested in a real browser: `npm run test:browser`. It needs Chromium. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/browser/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
