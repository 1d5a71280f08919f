import type { Sections, SectionSchema } from '../section-schema.js';

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
