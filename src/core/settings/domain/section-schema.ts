/** Options as they were written: in YAML, over HTTP, in the database. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** How a schema's report of an option that it does not know begins. */
export const unknownOptionWords = 'is unknown';

/**
 * Notes a fault of one option: its name and what it takes (or what is wrong, as a sentence part).
 */
export type ReportFault = (option: string, takes: string) => void;

/**
 * What a section may hold. A name that ends in a dot stands for a family of sections, as
 * `resources.` for `resources.DNIS`.
 */
export interface SectionSchema<Options> {
  readonly name: string;
  /**
   * Reads what was written into typed options, with defaults for what was not.
   * Reports every fault; what it returns counts only when there was none.
   */
  parse(given: RawOptions, report: ReportFault): Options;
  /** Whether reads show the option masked. */
  isSecret(option: string): boolean;
  /** The one name of an option that may be written in several ways; absent: each has one. */
  readonly nameOf?: (written: string) => string;
}

/** All sections, parsed, as a reference check or a listener sees them. */
export interface Sections {
  /** The options of a section, its defaults when nobody wrote it. */
  get<Options>(schema: SectionSchema<Options>): Options;
  /** The options of one section of a family, undefined when there is none of that name. */
  find<Options>(family: SectionSchema<Options>, name: string): Options | undefined;
  /** All sections of a family, by the part of the name after the dot, in order of writing. */
  all<Options>(family: SectionSchema<Options>): ReadonlyMap<string, Options>;
}

/** What a module says about sections of its own (docs/architecture.md, The ladder). */
export interface SectionRules {
  readonly schema: SectionSchema<unknown>;
  /** Checks what one section says of others, as a service of its group. Reports every fault. */
  checkReferences?(
    sections: Sections,
    report: (section: string, option: string, problem: string) => void,
  ): void | Promise<void>;
  /** Brings tables derived from the sections in step, within the transaction that writes them. */
  apply?(sections: Sections): Promise<void>;
}

/** Sections as they were written, by name, in order; from a file or a body, so nothing is sure. */
export type RawSections = ReadonlyMap<string, unknown>;

/** Sections that were checked and stored. */
export type WrittenSections = ReadonlyMap<string, RawOptions>;

/** Whether a value is a map of options, as opposed to a list, a scalar or nothing. */
export function isOptions(value: unknown): value is RawOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
