import config from './jest.config.mjs';

/** What is too long for every change: `npm run test:long`, about ten minutes. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/long/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
};
