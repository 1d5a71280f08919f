import { Slices } from '../../event-loop/slices.js';
import {
  type RawOptions,
  type SectionRules,
  type Sections,
  unknownOptionWords,
  type RawSections,
  isOptions,
  type SectionSchema,
} from './section-schema.js';
import { type Fault, optionFault, sectionFault } from './fault.js';
import { FaultList, type FoundFaults } from './fault-list.js';
import { isSectionName, sectionNameForm } from './section-name.js';
import { whyUnstorable, whyUnstorableText } from './storable.js';

/** All sections, parsed once: reads are look-ups. */
export class ParsedSections implements Sections {
  private readonly singles = new Map<string, unknown>();
  private readonly families = new Map<string, Map<string, unknown>>();

  /** Declares a section of its own with its defaults. */
  addSingle(section: string, defaults: unknown): void {
    this.singles.set(section, defaults);
  }

  addFamily(family: string): void {
    this.families.set(family, new Map());
  }

  /** @param family its name with the dot; undefined for a section of its own */
  put(family: string | undefined, name: string, options: unknown): void {
    const target = family === undefined ? this.singles : this.families.get(family);
    target?.set(name, options);
  }

  get<Options>(schema: SectionSchema<Options>): Options {
    if (!this.singles.has(schema.name)) throw unregistered(schema.name);
    return this.singles.get(schema.name) as Options;
  }

  find<Options>(family: SectionSchema<Options>, name: string): Options | undefined {
    return this.familyOf(family).get(name);
  }

  all<Options>(family: SectionSchema<Options>): ReadonlyMap<string, Options> {
    return this.familyOf(family);
  }

  private familyOf<Options>(family: SectionSchema<Options>): ReadonlyMap<string, Options> {
    const sections = this.families.get(family.name);
    if (sections === undefined) throw unregistered(family.name);
    return sections as ReadonlyMap<string, Options>;
  }
}

function unregistered(name: string): Error {
  return new Error(`nobody registered the section ${name}`);
}

/** What a check found: the sections count only when there is no fault. */
export interface CheckedSections {
  readonly sections: Sections;
  readonly faults: FoundFaults;
}

/** The rules a section falls under, and its name within its family. */
interface SectionPlace {
  readonly rules: SectionRules;
  /** The family's name with its dot; undefined: a section of its own. */
  readonly family: string | undefined;
  readonly name: string;
}

/** Takes a fault that is made when it is to be listed. */
type Report = (make: () => Fault) => void;

/** All that modules have said of their sections. */
export class SectionCatalogue {
  private readonly rules = new Map<string, SectionRules>();
  /** Families' names, the longest first: the nearest family has a section. */
  private families: string[] = [];

  /** @throws Error for a section or family that is taken */
  add(rules: SectionRules): void {
    const { name } = rules.schema;
    if (this.rules.has(name)) throw new Error(`section ${name} is registered twice`);
    this.rules.set(name, rules);
    if (isFamily(name)) {
      this.families = [...this.families, name].sort((a, b) => b.length - a.length);
    }
  }

  /** Whether the section is one of its own, which is there with its defaults when nobody wrote it. */
  isSingle(section: string): boolean {
    return this.rules.has(section) && !isFamily(section);
  }

  /** Every option of a section that nobody knows any more counts as a secret. */
  isSecret(section: string, option: string): boolean {
    return this.placeOf(section)?.rules.schema.isSecret(option) ?? true;
  }

  /** Gives an option of the section its one name, however it is written. */
  namesOf(section: string): (written: string) => string {
    return this.placeOf(section)?.rules.schema.nameOf ?? ((written) => written);
  }

  /**
   * Which of these options a section with those others cannot hold. No option takes null: what is
   * said about it tells whether it is the value that is wrong, or the name.
   */
  unknownOf(section: string, others: RawOptions, options: readonly string[]): readonly string[] {
    const schema = this.placeOf(section)?.rules.schema;
    if (schema === undefined) return options;
    const nameOf = this.namesOf(section);
    const unknown = new Set<string>();
    const nulls = Object.fromEntries(options.map((option) => [option, null]));
    schema.parse({ ...others, ...nulls }, (name, takes) => {
      if (takes.startsWith(unknownOptionWords)) unknown.add(nameOf(name));
    });
    return options.filter((option) => unknown.has(nameOf(option)));
  }

  /** Checks sections as a whole, in slices: each by itself, then what they say of each other. */
  async check(given: RawSections): Promise<CheckedSections> {
    const slices = new Slices();
    const sections = this.withDefaults();
    const faults = new FaultList();
    const faulty = new Set<string>();
    for (const [section, options] of given) {
      this.readSection(section, options, sections, (make) => {
        faults.note(make);
        faulty.add(section);
      });
      if (slices.isOver) await slices.next();
    }
    await this.checkReferences(sections, faulty, faults);
    return { sections, faults };
  }

  /** Has every module bring in step what it derives from the sections. */
  async apply(sections: Sections): Promise<void> {
    for (const rules of this.rules.values()) await rules.apply?.(sections);
  }

  private withDefaults(): ParsedSections {
    const sections = new ParsedSections();
    for (const [name, { schema }] of this.rules) {
      if (isFamily(name)) sections.addFamily(name);
      else
        sections.addSingle(
          name,
          schema.parse({}, () => undefined),
        );
    }
    return sections;
  }

  private readSection(
    section: string,
    options: unknown,
    into: ParsedSections,
    report: Report,
  ): void {
    const place = this.placeOf(section);
    if (place === undefined) {
      report(() => sectionFault(section, `is unknown; the sections are ${this.names()}`));
      return;
    }
    if (place.family !== undefined && !isSectionName(place.name)) {
      report(() => sectionFault(section, sectionNameForm));
      return;
    }
    if (!isOptions(options)) {
      report(() => sectionFault(section, 'takes a map of options'));
      return;
    }
    const sound = storableOptions(section, options, report);
    const parsed = place.rules.schema.parse(sound, (option, takes) => {
      report(() => optionFault(section, option, takes));
    });
    into.put(place.family, place.name, parsed);
  }

  /**
   * With faults found already, references are checked as far as they can be, so that all faults are
   * listed at once. What a faulty section says is unsure: no more faults of its own are noted.
   */
  private async checkReferences(
    sections: Sections,
    faulty: ReadonlySet<string>,
    faults: FaultList,
  ): Promise<void> {
    const provisional = faulty.size > 0;
    for (const rules of this.rules.values()) {
      try {
        await rules.checkReferences?.(sections, (section, option, problem) => {
          if (faulty.has(section)) return;
          faults.note(() => optionFault(section, option, problem));
        });
      } catch (error) {
        // Refused options may have been parsed into anything.
        if (!provisional) throw error;
      }
    }
  }

  private placeOf(section: string): SectionPlace | undefined {
    const own = isFamily(section) ? undefined : this.rules.get(section);
    if (own !== undefined) return { rules: own, family: undefined, name: section };
    const family = this.families.find((name) => section.startsWith(name));
    const rules = family === undefined ? undefined : this.rules.get(family);
    if (family === undefined || rules === undefined) return undefined;
    return { rules, family, name: section.slice(family.length) };
  }

  private names(): string {
    return [...this.rules.keys()]
      .map((name) => (isFamily(name) ? `${name}<name>` : name))
      .join(', ');
  }
}

function isFamily(name: string): boolean {
  return name.endsWith('.');
}

/** Takes out what cannot be stored, each with its fault, so that the rest can still be checked. */
function storableOptions(
  section: string,
  options: Readonly<Record<string, unknown>>,
  report: Report,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => {
      const why = whyUnstorableText(name) ?? whyUnstorable(value);
      if (why !== undefined) report(() => optionFault(section, name, why));
      return why === undefined;
    }),
  );
}
