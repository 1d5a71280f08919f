/**
 * The laws of docs/architecture.md about who may import whom. Each rule here is shown to bite by
 * test/architecture/import-laws.spec.ts; a rule without a fixture there fails that test.
 */

/** The ladder of src/modules: a module imports only from those above it. */
const ladder = [
  'edge',
  'audit',
  'access-keys',
  'options',
  'storage',
  'access-resources',
  'cometd',
  'customer-services',
  'notification',
  'services',
  'agents',
  'chat',
  'orchestration',
  'telephony',
  'node',
  'console',
];

const anyOf = (names) => `(${names.join('|')})`;
const moduleOf = (names) => `^src/modules/${anyOf(names)}/`;
const packages = (names) => `(^|/)node_modules/${anyOf(names)}/`;

const spec = '\\.spec\\.ts$';
const database = packages(['typeorm', '@nestjs/typeorm', 'pg', 'pg-[a-z-]+']);
const plain = '^src/(.+/domain/|modules/cometd/protocol/|modules/orchestration/scxml/)';

/** One rule for each rung but the last: it must not look down. */
const ladderRules = ladder.slice(0, -1).map((name, rung) => ({
  name: `ladder-${name}`,
  comment: `${name} stands above ${ladder.slice(rung + 1).join(', ')}: declare a port instead`,
  severity: 'error',
  from: { path: moduleOf([name]) },
  to: { path: moduleOf(ladder.slice(rung + 1)) },
}));

const rules = [
  ...ladderRules,
  {
    name: 'module-is-on-the-ladder',
    comment: 'give the module its rung in the list above',
    from: {},
    to: { path: '^src/modules/', pathNot: moduleOf(ladder) },
  },
  {
    name: 'module-by-its-front-door',
    comment: 'a module is imported through its index.ts only',
    from: { path: '^src/modules/([^/]+)/' },
    to: { path: '^src/modules/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
  },
  {
    name: 'front-door-from-outside',
    comment: 'the composition as well goes through index.ts',
    from: { pathNot: ['^src/modules/', '^ormconfig\\.ts$'] },
    to: { path: '^src/modules/', pathNot: '^src/modules/[^/]+/index\\.ts$' },
  },
  {
    name: 'core-knows-no-module',
    from: { path: '^src/core/' },
    to: { path: '^src/(modules/|[^/]+\\.ts$)' },
  },
  {
    name: 'composition-sees-every-module',
    comment: 'app.module.ts, what assembles it, and the commands beside main.ts',
    from: {
      path: '^src/([^/]+|commands/.+)$',
      pathNot: '^src/(app\\.module|application|mounted-handlers|commands/[^/]+)\\.ts$',
    },
    to: { path: '^src/modules/' },
  },
  {
    name: 'nobody-imports-the-composition',
    from: { path: '^src/modules/' },
    to: { path: '^src/[^/]+\\.ts$' },
  },
  {
    name: 'sql-in-repositories-only',
    comment: '*.repository.ts knows TypeORM and SQL; modules and entities only declare',
    from: {
      path: '^src/',
      pathNot: [
        '\\.(repository|entity|module)\\.ts$',
        '^src/core/database/',
        '^src/embedded-postgres/',
        // LISTEN needs a connection of its own.
        '^src/core/bus/postgres[^/]*\\.ts$',
        spec,
      ],
    },
    to: { path: database },
  },
  {
    name: 'controllers-see-no-data-layer',
    from: { path: '\\.controller\\.ts$' },
    to: { path: '\\.(repository|entity)\\.ts$' },
  },
  {
    name: 'entities-stay-in-the-data-layer',
    from: {
      pathNot: [
        '\\.(repository|entity|module)\\.ts$',
        '^src/core/database/',
        '^ormconfig\\.ts$',
        spec,
      ],
    },
    to: { path: '\\.entity\\.ts$' },
  },
  {
    name: 'validation-libraries-in-core-dto-only',
    comment: 'a member is declared by a decorator of core/dto, which composes theirs',
    from: { path: '^src/', pathNot: ['^src/core/dto/', spec] },
    to: { path: packages(['class-validator', 'class-transformer']) },
  },
  {
    name: 'domain-without-frameworks',
    comment: 'plain TypeScript: no Nest, no TypeORM, no driver',
    from: { path: plain },
    to: { path: packages(['@nestjs', 'typeorm', 'pg', 'pg-[a-z-]+', 'express']) },
  },
  {
    name: 'domain-looks-at-no-shell',
    comment: 'rules know nothing of the services, controllers and repositories that use them',
    from: { path: plain },
    to: { path: '\\.(service|controller|repository|entity|module)\\.ts$' },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'a landed migration is frozen; code that it imported would not be',
    from: { path: '^migrations/' },
    to: { path: '^src/' },
  },
  {
    name: 'src-imports-no-test',
    comment: 'a spec beside pure code may use test/support',
    from: { path: '^src/', pathNot: spec },
    to: { path: '^(test|bench)/' },
  },
  {
    name: 'specs-import-support-only',
    from: { path: `^src/.+${spec}` },
    to: { path: '^(test|bench)/', pathNot: '^test/support/' },
  },
  {
    name: 'no-dev-dependency-in-src',
    comment: 'not there in production; types alone are fine',
    from: { path: '^(src|migrations)/', pathNot: spec },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'type-import'] },
  },
  {
    name: 'no-undeclared-dependency',
    comment: 'name it in package.json; types alone are fine',
    from: { path: '^(src|migrations)/' },
    to: {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only', 'type-import'],
    },
  },
  { name: 'resolvable', from: {}, to: { couldNotResolve: true } },
  { name: 'no-cycles', from: {}, to: { circular: true } },
  {
    name: 'threads-load-little',
    comment: 'what a thread reads is read anew for each import and export of the configuration',
    from: { path: '^src/modules/options/yaml/yaml\\.worker\\.ts$' },
    to: { path: packages(['@nestjs', 'typeorm', 'pg', 'zod', 'express']), reachable: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count as well: a type that leaks ties two modules as a value does.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default', 'require'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
