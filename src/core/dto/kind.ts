import type { ApiPropertyOptions } from '@nestjs/swagger';

/** A map as it was written: a body, a query string, a section of options. */
export type WrittenMap = Readonly<Record<string, unknown>>;

export type DtoClass<Dto extends object = object> = new () => Dto;

/** What is wrong with one member. */
export interface Fault {
  /** Where it stands, as `services[0].task.ttl`. */
  readonly name: string;
  /** What follows the name, as `takes true or false`. */
  readonly says: string;
  /** Whether the member is mandatory and absent. */
  readonly isMissing: boolean;
}

/** Hears of faults: who reads a request throws the first, who reads options gathers all. */
export type ReportFault = (fault: Fault) => void;

/** A kind of value: one function both checks and converts. */
export interface Kind<Value = unknown> {
  /** What a caller may write, in words that follow `takes`: `true or false`. */
  readonly takes: string;
  /** The same for OpenAPI. */
  readonly schema: ApiPropertyOptions;
  /**
   * The value of what was written, which is never undefined or null.
   * @param report hears of faults inside of a map or a list, which stands at `name`
   * @returns undefined: refused, in the words of `takes`
   */
  read(written: unknown, report: ReportFault, name: string): Value | undefined;
}

/** How a member may be absent, and what the documentation says of it. */
export interface Presence {
  readonly mandatory?: boolean;
  /** What an empty text is: as if the member were absent (else: a value that its kind may refuse). */
  readonly empty?: 'absent' | 'value';
  /** The name of a map beside it where the member may stand as well; its own place wins. */
  readonly alsoIn?: string;
  readonly description?: string;
  readonly example?: unknown;
}

/** All that is declared of one member. */
export interface Member {
  readonly kind: Kind;
  readonly presence: Presence;
  /** Instead of its own value the member gets this of the whole map: the rest, or the map itself. */
  readonly ofMap?: (written: WrittenMap) => unknown;
}
