import { countLoss } from './json-number.js';

export type JsonObject = Record<string, unknown>;

/** JavaScript puts names that are numbers before all others; these objects know their own order. */
const memberOrders = new WeakMap<object, Set<string>>();

class OrderedObject {
  /** For who writes JSON without `writeJson`: JavaScript's order. */
  toJSON(): this {
    countLoss();
    return this;
  }
}

/** Gathers the members of an object in their order; of a name that comes again the last counts. */
export class ObjectBuilder {
  private object: JsonObject = {};
  private order: Set<string> | undefined;

  set(name: string, value: unknown): void {
    if (this.order === undefined && isNumeral(name)) this.keepOrder();
    this.order?.add(name);
    if (name === 'toJSON' && this.order !== undefined) defineToJson(this.object, value);
    else if (name === '__proto__') defineMember(this.object, name, value);
    else this.object[name] = value;
  }

  build(): JsonObject {
    if (this.order !== undefined) memberOrders.set(this.object, this.order);
    return this.object;
  }

  private keepOrder(): void {
    const names = Object.keys(this.object);
    const ordered = Object.create(OrderedObject.prototype) as JsonObject;
    for (const name of names) {
      if (name === 'toJSON') defineToJson(ordered, this.object[name]);
      else defineMember(ordered, name, this.object[name]);
    }
    this.object = ordered;
    this.order = new Set(names);
  }
}

/** The members of an object in the order in which they were sent. */
export function entriesOf(object: Readonly<JsonObject>): [name: string, value: unknown][] {
  const order = memberOrders.get(object);
  return order === undefined
    ? Object.entries(object)
    : Array.from(order, (name) => [name, object[name]]);
}

/** An object of these members, in their order. */
export function objectOf(entries: Iterable<readonly [name: string, value: unknown]>): JsonObject {
  const builder = new ObjectBuilder();
  for (const [name, value] of entries) builder.set(name, value);
  return builder.build();
}

/** One object of the members of both, in their order; of one name the second's. */
export function mergeObjects(
  first: Readonly<JsonObject>,
  second: Readonly<JsonObject>,
): JsonObject {
  if (!memberOrders.has(first) && !memberOrders.has(second)) return { ...first, ...second };
  return objectOf([...entriesOf(first), ...entriesOf(second)]);
}

/** Whether the value is a JSON object, and not an array or a number that is kept as text. */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype || prototype === OrderedObject.prototype || prototype === null
  );
}

function isNumeral(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57 && /^\d+$/.test(name);
}

function defineMember(object: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** A member of that name hides the method by which `JSON.stringify` lets an object speak. */
function defineToJson(object: JsonObject, value: unknown): void {
  Object.defineProperty(object, 'toJSON', {
    get: () => {
      countLoss();
      return value;
    },
    enumerable: true,
    configurable: true,
  });
}
