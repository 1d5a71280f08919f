import type { DtoClass } from './kind.js';

/** What OpenAPI says of members that a class does not declare. */
export type MemberSchema = Readonly<Record<string, unknown>> | boolean;

const classes = new Set<DtoClass>();
const openClasses = new Map<DtoClass, MemberSchema>();

/** Every class that declares a member or says what members it takes: its name is that of a schema. */
export const dtoClasses: ReadonlySet<DtoClass> = classes;

export function noteDtoClass(type: DtoClass): void {
  classes.add(type);
}

/**
 * Says in the OpenAPI document what members a map may have beside those that its class, or one made
 * from it, declares, as a form's keys: `@OtherMembers({ type: 'string' })`; true: any, false: none. It checks
 * nothing.
 */
export function OtherMembers(schema: MemberSchema): ClassDecorator {
  return (type) => {
    noteDtoClass(type as unknown as DtoClass);
    openClasses.set(type as unknown as DtoClass, schema);
  };
}

/** undefined: OpenAPI says nothing of members that are not declared. */
export function otherMembersOf(type: DtoClass): MemberSchema | undefined {
  for (let at: unknown = type; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const schema = openClasses.get(at as DtoClass);
    if (schema !== undefined) return schema;
  }
  return undefined;
}
