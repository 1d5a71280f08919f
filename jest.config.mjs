/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  // In a browser, by jest.browser.config.mjs; too long for every change, by jest.long.config.mjs.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/', '<rootDir>/test/long/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  watchPathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
  extensionsToTreatAsEsm: ['.ts'],
  // JavaScript first: packages that ship their sources beside it must not be read as TypeScript.
  moduleFileExtensions: ['js', 'ts', 'mjs', 'cjs', 'json', 'node'],
  // As Node wants it the sources say `./x.js` for `./x.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // What is tested is what was built, and it and the packages below are loaded once a process.
  transform: {
    '/(src|migrations)/(?!.*\\.spec\\.ts$).*\\.ts$': '<rootDir>/test/support/built-modules.mjs',
    '\\.ts$': '@swc/jest',
    '/node_modules/': '<rootDir>/test/support/built-modules.mjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|pg|reflect-metadata|typeorm)/)'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testEnvironment: '<rootDir>/test/support/leak-environment.mjs',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.mjs'],
  maxWorkers: 2,
  // Of it.concurrent, for tests that wait.
  maxConcurrency: 20,
  testTimeout: 120_000,
};
