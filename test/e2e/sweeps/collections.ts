import { EventEmitter } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** What holds things for longer than a request, by the way to it, as `AccessKeyCache.cache`. */
export interface Collections {
  /** How much each holds; those on the same way, as of all lanes, together. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The first on each way that is a Map. */
  readonly maps: ReadonlyMap<string, Map<unknown, unknown>>;
}

const deepest = 7;
/** Of what has many members of one kind so many are looked into. */
const mostLookedInto = 50;

/** Finds every Map, Set, array and record that the providers of an application hold. */
export function collectionsOf(app: INestApplication): Collections {
  const modules = [...app.get(ModulesContainer).values()];
  const providers = new Map<object, string>(
    modules.flatMap(({ providers }) =>
      [...providers.values()].flatMap(({ instance, name }): [object, string][] =>
        isObject(instance) ? [[instance, String(name)]] : [],
      ),
    ),
  );
  const walk = new Walk(new Set(providers.keys()));
  for (const [instance, name] of providers) walk.from(instance, name);
  return walk;
}

class Walk implements Collections {
  readonly sizes = new Map<string, number>();
  readonly maps = new Map<string, Map<unknown, unknown>>();
  private readonly seen = new Set<object>();

  /** @param providers each of which is a beginning of its own */
  constructor(private readonly providers: ReadonlySet<object>) {}

  from(provider: object, name: string): void {
    for (const [property, member] of Object.entries(provider)) {
      if (isObject(member)) this.into(member, `${name}.${property}`, 1);
    }
  }

  private into(value: object, way: string, depth: number): void {
    if (this.providers.has(value) || this.seen.has(value) || depth > deepest || isForeign(value))
      return;
    this.seen.add(value);
    if (value instanceof Map) {
      if (!this.maps.has(way)) this.maps.set(way, value);
      this.holds(way, value.size);
      this.members([...value.values()], way, depth);
    } else if (value instanceof Set || Array.isArray(value)) {
      const all = [...(value as Iterable<unknown>)];
      this.holds(way, all.length);
      this.members(all, way, depth);
    } else {
      const members = Object.entries(value);
      if (isRecord(value)) this.holds(way, members.length);
      for (const [name, member] of members) {
        if (isObject(member)) this.into(member, `${way}.${name}`, depth + 1);
      }
    }
  }

  private holds(way: string, count: number): void {
    this.sizes.set(way, (this.sizes.get(way) ?? 0) + count);
  }

  private members(all: readonly unknown[], way: string, depth: number): void {
    for (const member of all.slice(0, mostLookedInto)) {
      if (isObject(member)) this.into(member, `${way}[]`, depth + 1);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Sockets, servers, pools and what the framework itself is made of. */
function isForeign(value: object): boolean {
  return (
    value instanceof EventEmitter ||
    value instanceof Promise ||
    ArrayBuffer.isView(value) ||
    ['DataSource', 'EntityManager', 'ModuleRef', 'NestContainer', 'Module', 'Reflector'].includes(
      value.constructor?.name,
    )
  );
}
