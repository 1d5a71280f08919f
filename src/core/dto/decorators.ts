import { declareMember } from './declare-member.js';
import type { DtoClass, Kind, Presence, WrittenMap } from './kind.js';
import {
  flagKind,
  type InstantForm,
  instantKind,
  type ListForm,
  listKind,
  nestedKind,
  oneOfKind,
  opaqueKind,
  opaqueMapKind,
  type TextForm,
  textKind,
  type WholeForm,
  wholeKind,
  type WordForm,
} from './kinds.js';

/** A member of a kind that a module made itself. */
export const Of = (kind: Kind, presence: Presence = {}): PropertyDecorator =>
  declareMember({ kind, presence });

/** `@Text({ mandatory: true, max: 255 }) readonly name!: string`. */
export const Text = (options: TextForm & Presence = {}): PropertyDecorator =>
  Of(textKind(options), options);

/** `@Whole({ min: 1, max: 1000 }) readonly limit: number = 100`: a whole number, or its text. */
export const Whole = (options: WholeForm & Presence): PropertyDecorator =>
  Of(wholeKind(options), options);

/** `@OneOf(['a', 'b']) readonly kind: 'a' | 'b' | undefined`. */
export const OneOf = (
  words: readonly string[],
  options: WordForm & Presence = {},
): PropertyDecorator => Of(oneOfKind(words, options), options);

/** `@Flag() readonly secrets: boolean = false`: true or false, also as text in any case. */
export const Flag = (options: WordForm & Presence = {}): PropertyDecorator =>
  Of(flagKind(options), options);

/** `@Instant() readonly from: Date | undefined`: ISO 8601 with `Z` or an offset. */
export const Instant = (options: InstantForm & Presence = {}): PropertyDecorator =>
  Of(instantKind(options), options);

/** `@Opaque() readonly message: unknown`: any JSON, handed on as it is. */
export const Opaque = (presence: Presence = {}): PropertyDecorator =>
  Of(opaqueKind, { empty: 'value', ...presence });

/** `@OpaqueMap() readonly locArgs: JsonObject | undefined`: a map, handed on as it is. */
export const OpaqueMap = (options: Presence & { takes?: string } = {}): PropertyDecorator =>
  Of(opaqueMapKind(options.takes), options);

/** `@Nested(() => Device) readonly device: Device | undefined`; the nested class stands first. */
export const Nested = (
  type: () => DtoClass,
  options: Presence & { takes?: string } = {},
): PropertyDecorator => Of(nestedKind(type, options.takes), inside(options));

/** `@ListOf(textKind({ max: 9 }), { max: 5, takes: '…' })`, `@ListOf(nestedKind(() => Item), …)`. */
export const ListOf = (item: Kind, options: ListForm & Presence): PropertyDecorator =>
  Of(listKind(item, options), inside(options));

/**
 * What a caller wrote beside the declared members, as extensions: the whole map, or what is made of it.
 * It stands in no schema; `@OtherMembers` says what it takes.
 */
export const Rest = (ofMap: (written: WrittenMap) => unknown = (map) => map): PropertyDecorator =>
  declareMember({ kind: opaqueKind, presence: {}, ofMap });

/** An empty text is no map and no list; only where one must be there it counts as absent. */
function inside(presence: Presence): Presence {
  return { empty: presence.mandatory === true ? 'absent' : 'value', ...presence };
}
