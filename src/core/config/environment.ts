import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readSecretFiles } from './secret-files.js';

/** The deployment's facts, read once at boot and frozen (README.md, Environment). */
export interface Environment {
  /** TCP port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** PostgreSQL to use; absent: an embedded one in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Absolute folder of the embedded database and of exported files. */
  readonly dataDir: string;
  /** Absolute path of the sections file. */
  readonly configFile: string;
  /** Whether the sections file replaces what the database holds at every start. */
  readonly configReload: boolean;
  readonly nodeId: string;
  /** Milliseconds between two looks of the sweeper. */
  readonly sweepIntervalMs: number;
  readonly adminKey: string | undefined;
  readonly logLevel: LogLevel;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Thrown when variables are refused; `faults` has one line for each, naming the variable. */
export class EnvironmentError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most));

interface Variable {
  readonly field: keyof Environment;
  /** What a caller may write, for the fault's words. */
  readonly takes: string;
  readonly schema: z.ZodType<unknown, string>;
  readonly makeDefault: () => unknown;
}

const variables: Readonly<Record<string, Variable>> = {
  PORT: {
    field: 'port',
    takes: 'a port from 0 to 65535',
    schema: wholeNumber(0, 65_535),
    makeDefault: () => 8080,
  },
  HOST: {
    field: 'host',
    takes: 'an address to listen on',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
    makeDefault: () => '127.0.0.1',
  },
  DATABASE_URL: {
    field: 'databaseUrl',
    takes: 'a URL that begins with postgres:// or postgresql://',
    schema: z.string().refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)),
    makeDefault: () => undefined,
  },
  GMS_DATA_DIR: {
    field: 'dataDir',
    takes: 'a folder',
    schema: z.string().transform((path) => resolve(path)),
    makeDefault: () => resolve('data'),
  },
  GMS_CONFIG: {
    field: 'configFile',
    takes: 'the path of a YAML file',
    schema: z.string().transform((path) => resolve(path)),
    makeDefault: () => resolve('config/gms.yaml'),
  },
  GMS_CONFIG_RELOAD: {
    field: 'configReload',
    takes: 'true or false',
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['true', 'false']))
      .transform((word) => word === 'true'),
    makeDefault: () => false,
  },
  GMS_NODE_ID: {
    field: 'nodeId',
    takes: '1 to 255 of A-Z a-z 0-9 . _ : -',
    schema: z.string().regex(/^[A-Za-z0-9._:-]{1,255}$/),
    makeDefault: () => `${hostname()}-${String(process.pid)}`,
  },
  GMS_SWEEP_INTERVAL_MS: {
    field: 'sweepIntervalMs',
    takes: 'milliseconds from 10 to 3600000',
    schema: wholeNumber(10, 3_600_000),
    makeDefault: () => 5000,
  },
  GMS_ADMIN_KEY: {
    field: 'adminKey',
    takes: 'a secret of 16 to 255 printable ASCII characters without blanks',
    schema: z.string().regex(/^[\x21-\x7e]{16,255}$/),
    makeDefault: () => undefined,
  },
  GMS_LOG_LEVEL: {
    field: 'logLevel',
    takes: logLevels.join(', '),
    schema: z.string().toLowerCase().pipe(z.enum(logLevels)),
    makeDefault: () => 'info',
  },
};

/** Variables that hold secrets; each may come as a file that `<name>_FILE` names. */
const secrets: readonly string[] = ['DATABASE_URL', 'GMS_ADMIN_KEY'];
const fileNames = secrets.map((name) => `${name}_FILE`);

/**
 * Reads and checks the environment variables. A variable that is set but empty counts as unset.
 * @throws EnvironmentError with every fault found, not the first alone.
 */
export function readEnvironment(
  source: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const faults = unknownNames(source);
  const { values, faults: fileFaults } = readSecretFiles(source, secrets);
  faults.push(...fileFaults);
  const environment: Partial<Record<keyof Environment, unknown>> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const text = (values.get(name) ?? source[name])?.trim();
    if (!text) {
      environment[variable.field] = variable.makeDefault();
      continue;
    }
    const result = variable.schema.safeParse(text);
    if (result.success) environment[variable.field] = result.data;
    else faults.push(`${name} takes ${variable.takes}`);
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
  return Object.freeze(environment as unknown as Environment);
}

/** A misspelt variable would be silently ignored; within our own prefix that is a fault. */
function unknownNames(source: Readonly<Record<string, string | undefined>>): string[] {
  const names = [...Object.keys(variables), ...fileNames];
  return Object.keys(source)
    .filter((name) => name.startsWith('GMS_') && !names.includes(name))
    .map((name) => `${name} is unknown; the variables are ${names.join(', ')}`);
}
