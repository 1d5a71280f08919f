/** Control characters and what turns or hides text on a terminal. */
const invisibleCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text of others as it may stand in a log or an audit: one line of so many characters, without
 * anything that a terminal would obey.
 */
export function plainText(text: string, most: number): string {
  const line = text.slice(0, most).replace(invisibleCharacters, ' ');
  return text.length > most ? `${line}…` : line;
}

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

/** Stands for what throws when it is looked at. */
const unreadable = '[unreadable]';

/** What is nested deeper is not logged; facts are flat, only foreign objects go deep. */
const maxDepth = 6;

/** How many entries of an object or a list a line shows. */
const maxEntries = 500;

/** How many characters of a text a line shows, as of a stack. */
const maxTextLength = 20_000;

/** How many causes of an error, or errors of an aggregate, a line shows. */
const maxErrors = 5;

/** User and password of a URL, as in DATABASE_URL. */
const credentials = /:\/\/[^/\s@]+@/g;

/**
 * A copy of what is to be logged without any secret: values under the names of secrets, passwords
 * in URLs, and of errors all but what tells where they come from (a database error brings the
 * values of the row along). pino's own redaction looks one path at a time: 18 µs a line for two
 * levels of these names, 42 µs for three; this takes 1 µs for six.
 */
export function redact(facts: object): Record<string, unknown> {
  try {
    return redactEntries(facts, 0);
  } catch {
    return { facts: unreadable };
  }
}

function redactEntries(facts: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(facts).slice(0, maxEntries)) {
    const value = valueOf(facts, name);
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
  if (depth >= maxDepth) return '[deeper]';
  if (Array.isArray(value)) {
    return value.slice(0, maxEntries).map((item) => redactValue(item, depth + 1));
  }
  return redactEntries(value, depth);
}

function redactText(text: string): string {
  const shown = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return shown.includes('://') ? shown.replace(credentials, `://${censored}@`) : shown;
}

/** What stands under a name, though it may throw when it is looked at. */
function valueOf(holder: object, name: string): unknown {
  try {
    return (holder as Record<string, unknown>)[name];
  } catch {
    return unreadable;
  }
}

function textOf(holder: object, name: string): string {
  const text = valueOf(holder, name);
  return typeof text === 'string' ? redactText(text) : '';
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code = valueOf(error, 'code');
  const constraint = valueOf(error, 'constraint');
  const shown: Record<string, unknown> = {
    type: error.constructor.name,
    message: textOf(error, 'message'),
    stack: textOf(error, 'stack'),
  };
  if (typeof code === 'string') shown.code = code;
  if (typeof constraint === 'string') shown.constraint = constraint;
  if (depth < maxErrors) {
    const cause = valueOf(error, 'cause');
    if (cause instanceof Error) shown.cause = redactError(cause, depth + 1);
    const errors = error instanceof AggregateError ? valueOf(error, 'errors') : undefined;
    if (Array.isArray(errors)) shown.errors = redactAll(errors, depth + 1);
  }
  return shown;
}

function redactAll(errors: readonly unknown[], depth: number): unknown[] {
  return errors.slice(0, maxErrors).map((error) => redactValue(error, depth));
}
