/** Names, in lower case, under which a secret may stand: header, option, field and column names. */
const secretNames = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'apikey',
  'api_key',
  'adminkey',
  'key',
  'privatekey',
  'private_key',
  'password',
  'secret',
  'token',
  'accesscode',
  'access_code',
  '_access_code',
  'databaseurl',
  'database_url',
]);

const censored = '[redacted]';

/** What is nested deeper is not logged; facts are flat, only foreign objects go deep. */
const deepest = 6;

/** How many causes of an error, or errors of an aggregate, a line shows. */
const mostErrors = 5;

/** User and password of a URL, as in DATABASE_URL. */
const credentials = /:\/\/[^/\s@]+@/g;

/**
 * A copy of what is to be logged without any secret: values under the names of secrets, passwords
 * in URLs, and of errors all but what tells where they come from (a database error brings the
 * values of the row along). pino's own redaction looks one path at a time: 18 µs a line for two
 * levels of these names, 42 µs for three; this takes 1 µs for six.
 */
export function redact(facts: object): Record<string, unknown> {
  return redactEntries(facts, 0);
}

function redactEntries(facts: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts)) {
    copy[name] = isSecret(name, value) ? censored : redactValue(value, depth + 1);
  }
  return copy;
}

function isSecret(name: string, value: unknown): boolean {
  return value !== undefined && value !== null && secretNames.has(name.toLowerCase());
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return redactError(value, depth);
  if (depth >= deepest) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactEntries(value, depth);
}

function redactText(text: string): string {
  return text.includes('://') ? text.replace(credentials, `://${censored}@`) : text;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const shown: Record<string, unknown> = {
    type: error.constructor.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
  };
  if (typeof code === 'string') shown.code = code;
  if (typeof constraint === 'string') shown.constraint = constraint;
  if (depth < mostErrors) {
    if (error.cause instanceof Error) shown.cause = redactError(error.cause, depth + 1);
    if (error instanceof AggregateError) shown.errors = redactAll(error.errors, depth + 1);
  }
  return shown;
}

function redactAll(errors: readonly unknown[], depth: number): unknown[] {
  return errors.slice(0, mostErrors).map((error) => redactValue(error, depth));
}
