import { getMetadataStorage } from 'class-validator';
import { DomainError } from '../errors/index.js';
import { memberRule } from './declare-member.js';
import type { DtoClass, Fault, Member, ReportFault, WrittenMap } from './kind.js';
import { readMember } from './read-member.js';

/**
 * Reads a map into an instance of its class.
 * @param path of the map, with its dot: `services[0].`
 */
export type Plan<Dto extends object = object> = (
  map: WrittenMap,
  report: ReportFault,
  path: string,
) => Dto;

/**
 * By class; null: it declares no member. Made when first asked for, since then all are declared.
 */
const plans = new WeakMap<DtoClass, Plan | null>();

const closedClasses = new WeakSet<DtoClass>();

/**
 * Refuses members that the class does not declare: for calls that are ours alone. (Documented calls
 * ignore what they do not know: deployed clients send more.)
 */
export function KnownMembersOnly(): ClassDecorator {
  return (type) => {
    closedClasses.add(type as unknown as DtoClass);
  };
}

/**
 * The plan of a class: what its decorators told class-validator, read once. An instance costs 0.2
 * to 1.5 µs by it, through class-transformer and class-validator 10 to 50
 * (docs/decisions/0018-dto-classes.md).
 * @returns undefined when the class declares no member
 */
export function planOf<Dto extends object>(type: DtoClass<Dto>): Plan<Dto> | undefined {
  let plan = plans.get(type);
  if (plan === undefined) {
    plan = compile(type);
    plans.set(type, plan);
  }
  return (plan ?? undefined) as Plan<Dto> | undefined;
}

/**
 * Reads a map that comes from elsewhere than a handler's parameter.
 * @throws DomainError MissingParameter, InvalidParameter, about the first fault
 */
export function readDto<Dto extends object>(type: DtoClass<Dto>, map: WrittenMap): Dto {
  const plan = planOf(type);
  if (plan === undefined) throw new Error(`${type.name} declares no member`);
  return plan(map, refuse, '');
}

/**
 * The members of a class in order of declaration, those of its base classes first; none when it has
 * other rules of class-validator too.
 */
export function membersOf(type: DtoClass): ReadonlyMap<string, Member> {
  const lineage: unknown[] = [];
  for (let at: unknown = type; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    lineage.unshift(at);
  }
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  if (rules.some(({ name }) => name !== memberRule)) return new Map();
  return new Map(
    lineage.flatMap((owner) =>
      rules
        .filter(({ target }) => target === owner)
        .map(({ propertyName, constraints }): [string, Member] => [
          propertyName,
          (constraints as [Member])[0],
        ]),
    ),
  );
}

/** Ends a request at its first fault. @throws DomainError MissingParameter, InvalidParameter */
export function refuse(fault: Fault): never {
  throw errorOf(fault);
}

export function errorOf({ name, says, isMissing }: Fault): DomainError {
  const code = isMissing ? 'MissingParameter' : 'InvalidParameter';
  return new DomainError('invalid', code, `${name} ${says}`);
}

function compile(type: DtoClass): Plan | null {
  const byName = membersOf(type);
  if (byName.size === 0) return null;
  const members = [...byName];
  const isClosed = closedClasses.has(type);
  return (map, report, path) => {
    const dto = new type() as Record<string, unknown>;
    for (const [name, member] of members) {
      const value = readMember(member, name, map, report, path);
      if (value !== undefined) dto[name] = value;
    }
    if (isClosed) requireKnown(map, byName, report, path);
    return dto;
  };
}

function requireKnown(
  map: WrittenMap,
  known: ReadonlyMap<string, Member>,
  report: ReportFault,
  path: string,
): void {
  const unknown = Object.keys(map).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const name = JSON.stringify((path + unknown).slice(0, 60));
  report({ name: `the member ${name}`, says: 'is not known here', isMissing: false });
}
