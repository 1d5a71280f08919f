// The laws of docs/architecture.md about what code may say. Each is shown to bite by
// test/architecture/code-laws.spec.ts.
import { builtinRules } from 'eslint/use-at-your-own-risk';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** ESLint knows one severity a rule; the budgets have two, so the hard ones get names of their own. */
const hard = {
  rules: {
    'max-lines': builtinRules.get('max-lines'),
    'max-lines-per-function': builtinRules.get('max-lines-per-function'),
  },
};

const banned = {
  forwardRef: {
    selector: 'Identifier[name="forwardRef"]',
    message: 'No forwardRef: the lower module declares a port, the higher one registers.',
  },
  environment: {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'The environment is read in src/core/config alone.',
  },
  locator: {
    // Nest's own list of modules has no other door than the application.
    selector:
      'CallExpression[callee.property.name=/^(get|resolve)$/][callee.object.name=/^(app|application|moduleRef)$/][arguments.0.name!="ModulesContainer"], CallExpression[callee.property.name=/^(get|resolve)$/][callee.object.object.type="ThisExpression"][callee.object.property.name=/^(app|application|moduleRef)$/], Identifier[name="ModuleRef"]',
    message: 'No service locator: what a class needs comes into its constructor.',
  },
  random: {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Math.random can be guessed and cannot be tested; use node:crypto or an argument.',
  },
  togetherInTransaction: {
    selector:
      'CallExpression[callee.property.name=/^(run|join|savepoint)$/][callee.object.property.name=/unitOfWork$/i] CallExpression[callee.object.name="Promise"]',
    message: 'One transaction has one connection: await its statements one after the other.',
  },
};

/** In repositories, whose statements may all run inside one transaction. */
const together = {
  selector:
    'CallExpression[callee.object.name="Promise"][callee.property.name=/^(all|allSettled|race|any)$/]',
  message: banned.togetherInTransaction.message,
};

const inDomain = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Time comes in as an argument.',
  },
  {
    selector:
      'MemberExpression[object.name=/^(Date|performance)$/][property.name="now"], CallExpression[callee.name="Date"]',
    message: 'Time comes in as an argument.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/], Identifier[name=/^(randomUUID|randomBytes|randomInt)$/]',
    message: 'Timers and ids come in as arguments.',
  },
];

const inEntities = {
  selector: 'Property[key.name=/^(cascade|eager|lazy)$/]',
  message: 'Entities are columns only: no cascades, no eager or lazy loading.',
};

const restrict = (...selectors) => ['error', ...selectors];

/** Modules whose bodies and queries are read by DTO classes alone; the others follow. */
const convertedModules = [
  'access-keys',
  'access-resources',
  'audit',
  'customer-services',
  'node',
  'notification',
  'options',
  'storage',
];

const inConverted = (...suffixes) =>
  convertedModules.flatMap((name) => suffixes.map((end) => `src/modules/${name}/**/*.${end}.ts`));

const ownEnvironment = [
  { name: 'node:process', importNames: ['env'], message: banned.environment.message },
  { name: 'process', message: 'The global is enough.' },
];

const byHand = {
  message: 'Bodies and queries are read by DTO classes (CONTRIBUTING.md, A route with a body).',
};

/** What reads a body or a query without its class. */
const handReaders = [
  {
    group: ['**/http/body/index.js'],
    importNames: ['readJson', 'queryFields'],
    ...byHand,
  },
  { group: ['zod'], ...byHand },
];

/** A class that refuses by itself is a reader by hand too. */
const ownRefusals = {
  group: ['**/errors/index.js'],
  importNames: ['invalidParameter', 'missingParameter'],
  ...byHand,
};

const restrictImports = (...patterns) => ['error', { paths: ownEnvironment, patterns }];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'data/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    name: 'typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-imports': restrictImports(),
      '@typescript-eslint/consistent-type-imports': [
        // Leaves files with decorators alone, where Nest needs injected classes as values.
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // A cast to the driver's own class is how TypeORM is asked for its pool.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },

  {
    name: 'src',
    files: ['src/**/*.ts', 'ormconfig.ts'],
    ignores: ['**/*.spec.ts'],
    plugins: { hard },
    rules: {
      'max-lines': ['warn', 300],
      'max-lines-per-function': ['warn', 50],
      'hard/max-lines': ['error', 500],
      'hard/max-lines-per-function': ['error', 80],
      '@typescript-eslint/max-params': ['error', { max: 7 }],
      'no-restricted-syntax': restrict(...Object.values(banned)),
    },
  },
  {
    name: 'the one reader of the environment',
    files: ['src/core/config/**/*.ts', 'ormconfig.ts'],
    rules: {
      'no-restricted-syntax': restrict(banned.forwardRef, banned.locator, banned.random),
    },
  },
  {
    name: 'what starts the application, which has no constructor',
    files: ['src/application.ts'],
    rules: {
      'no-restricted-syntax': restrict(
        ...Object.values(banned).filter((law) => law !== banned.locator),
      ),
    },
  },
  {
    name: 'repositories',
    files: ['src/**/*.repository.ts'],
    rules: { 'no-restricted-syntax': restrict(...Object.values(banned), together) },
  },
  {
    name: 'entities',
    files: ['src/**/*.entity.ts'],
    rules: { 'no-restricted-syntax': restrict(...Object.values(banned), inEntities) },
  },
  {
    name: 'handlers whose bodies are DTO classes',
    files: inConverted('controller'),
    rules: { 'no-restricted-imports': restrictImports(...handReaders) },
  },
  {
    name: 'DTO classes',
    files: inConverted('dto'),
    rules: { 'no-restricted-imports': restrictImports(...handReaders, ownRefusals) },
  },
  {
    name: 'pure code',
    files: [
      'src/**/domain/**/*.ts',
      'src/modules/cometd/protocol/**/*.ts',
      'src/modules/orchestration/scxml/**/*.ts',
    ],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': restrict(...Object.values(banned), ...inDomain) },
  },

  {
    name: 'tests and benches',
    files: ['test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },

  {
    name: 'plain scripts',
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL'],
          ...['URLSearchParams', 'clearInterval', 'clearTimeout', 'console', 'fetch'],
          ...['performance', 'process', 'queueMicrotask', 'setImmediate', 'setInterval'],
          ...['setTimeout', 'structuredClone', 'Blob', 'FormData', 'WebSocket'],
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      eqeqeq: 'error',
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-unreachable': 'error',
      'no-redeclare': 'error',
      'no-dupe-keys': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-useless-assignment': 'error',
    },
  },
  {
    name: 'pages',
    files: ['web/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'window', 'location', 'navigator', 'File', 'FileReader', 'Headers', 'Event']
          .concat(['Option', 'HTMLElement', 'Image', 'localStorage', 'sessionStorage', 'history'])
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    name: 'CommonJS',
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
  },
);
