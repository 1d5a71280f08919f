import { invalidParameter } from '../../../core/errors/index.js';
import { entriesOf, objectOf } from '../../../core/json/index.js';
import {
  commonNames,
  extensionNameForm,
  isExtensionName,
  isReserved,
} from '../domain/reserved-names.js';
import type { ItemEndBody, ItemEventBody, Scalar } from './item.dto.js';

export type JsonMap = Readonly<Record<string, unknown>>;

export type { Scalar } from './item.dto.js';

/** An event as a caller tells of it (docs/compatibility.md, Fields). */
export interface ItemEvent {
  /** When; undefined: now, by the database's clock. */
  readonly at: Date | undefined;
  /** Common fields, and of an end the disposition, by the names by which they are returned. */
  readonly fields: JsonMap;
  /** Replaces extensions of the same names. */
  readonly extensions: JsonMap;
}

/** The start of a service, a state or a task. */
export interface ItemStart extends ItemEvent {
  readonly type: Scalar | undefined;
  /** Seconds. */
  readonly estDuration: number | undefined;
}

/** Common fields that were given, by the names by which they are returned. */
export function commonFieldsOf(event: ItemEventBody): JsonMap {
  const fields: Record<string, unknown> = {};
  for (const name of commonNames) if (event[name] !== undefined) fields[name] = event[name];
  return fields;
}

/** The disposition, as far as it was given. */
export function dispositionOf({
  disposition,
  disposition_desc,
}: Pick<ItemEndBody, 'disposition' | 'disposition_desc'>): JsonMap {
  return {
    ...(disposition !== undefined && { disposition }),
    ...(disposition_desc !== undefined && { disposition_desc }),
  };
}

/** The end of a service, a state or a task. @throws DomainError InvalidParameter */
export function itemEndOf(end: ItemEndBody): ItemEvent {
  const fields = { ...commonFieldsOf(end), ...dispositionOf(end) };
  return { at: end.timestamp, fields, extensions: extensionsOf(end.written) };
}

/**
 * The extensions of a body: every member whose name the API does not use itself.
 * @param path where the body stands in the request's, as `services[0].task.`
 * @throws DomainError InvalidParameter
 */
export function extensionsOf(body: JsonMap, path = ''): JsonMap {
  const entries = entriesOf(body).filter(([name]) => !isReserved(name));
  for (const [name] of entries) {
    if (!isExtensionName(name)) {
      throw invalidParameter(
        `the name of the extension ${JSON.stringify(path + name.slice(0, 40))}`,
        extensionNameForm,
      );
    }
  }
  return objectOf(entries);
}
