import type { z } from 'zod';
import { DomainError, missingParameter } from '../../../core/errors/index.js';

/**
 * Reads a JSON object by its schema. A message of the schema's own that begins with `takes` follows
 * the name of the member, as elsewhere (`name takes 1 to 255 characters`).
 * @throws DomainError MissingParameter, InvalidParameter, about the first fault
 */
export function parseBody<Body>(schema: z.ZodType<Body>, body: object): Body {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  throw refusalOf(issue, body, schema);
}

function refusalOf(issue: z.core.$ZodIssue, body: object, schema: z.ZodType): DomainError {
  if (issue.code === 'unrecognized_keys') return unknownMember(issue);
  const { path, message } = issue;
  const name = nameOf(path);
  const value = valueAt(body, path);
  const isAbsent =
    value === undefined || value === null || (value === '' && !isOptional(issue, body, schema));
  if (path.length > 0 && isAbsent) {
    return missingParameter(name);
  }
  const says = message.startsWith('takes ') ? `${name} ${message}` : `${name}: ${message}`;
  return new DomainError('invalid', 'InvalidParameter', says);
}

/** Only schemas of calls that are ours alone refuse members that they do not know. */
function unknownMember({ path, keys }: z.core.$ZodIssueUnrecognizedKeys): DomainError {
  const name = nameOf([...path, ...keys.slice(0, 1)]).slice(0, 60);
  const says = `the member ${JSON.stringify(name)} is not known here`;
  return new DomainError('invalid', 'InvalidParameter', says);
}

/** Whether the field may be absent, or its rule says so: sent empty, it has a wrong value then. */
function isOptional(issue: z.core.$ZodIssue, body: object, schema: z.ZodType): boolean {
  if (issue.code === 'custom' && issue.params?.optional === true) return true;
  const { path } = issue;
  const { error } = schema.safeParse(withoutMember(body, path));
  const at = path.join('.');
  return error?.issues.every((issue) => issue.path.join('.') !== at) ?? true;
}

/** A copy of the body without one of its members. */
function withoutMember(value: unknown, [step, ...rest]: readonly PropertyKey[]): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return value;
  const entries = Object.entries(value).filter(
    ([name]) => name !== String(step) || rest.length > 0,
  );
  const copy = entries.map(([name, member]): [string, unknown] =>
    name === String(step) ? [name, withoutMember(member, rest)] : [name, member],
  );
  return Array.isArray(value) ? copy.map(([, member]) => member) : Object.fromEntries(copy);
}

/** `roles[0]`, `options.language`; a rule about the body as a whole has no path. */
function nameOf(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${String(step)}]`;
    else name += name === '' ? String(step) : `.${String(step)}`;
  }
  return name === '' ? 'the body' : name;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
