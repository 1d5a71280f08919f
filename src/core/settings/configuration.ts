import { Injectable } from '@nestjs/common';
import { Log } from '../observability/index.js';
import { SectionCatalogue } from './domain/section-catalogue.js';
import type { SectionRules, Sections, SectionSchema } from './domain/section-schema.js';

/** The whole configuration as it was at one version. It never changes; the next one replaces it. */
export interface Snapshot {
  readonly version: number;
  readonly sections: Sections;
}

/**
 * The configuration in force on this node. A read is a look-up in the current snapshot: fit for
 * hot paths, and to be repeated rather than kept. It is loaded before any hook of Nest runs, so that
 * whatever a hook starts can read it; constructors cannot.
 */
@Injectable()
export class Configuration implements Sections {
  private readonly listeners = new Set<() => void>();
  private snapshot: Snapshot | undefined;

  constructor(
    private readonly catalogue: SectionCatalogue,
    private readonly log: Log,
  ) {}

  /**
   * Says what a section, or a family of sections, may hold. Modules call it while the application
   * is being made: the configuration is loaded once all have.
   * @throws Error for a section that is registered, or once the configuration is loaded
   */
  register(rules: SectionRules): void {
    if (this.snapshot !== undefined)
      throw new Error(`section ${rules.schema.name} is registered too late`);
    this.catalogue.add(rules);
  }

  /** The options of a section, its defaults when nobody wrote it. */
  get<Options>(schema: SectionSchema<Options>): Options {
    return this.sections.get(schema);
  }

  /** The options of one section of a family; undefined when there is none of that name. */
  find<Options>(family: SectionSchema<Options>, name: string): Options | undefined {
    return this.sections.find(family, name);
  }

  /** All sections of a family, by the part of the name after the dot, in order of writing. */
  all<Options>(family: SectionSchema<Options>): ReadonlyMap<string, Options> {
    return this.sections.all(family);
  }

  /**
   * Hears of every new snapshot, the first one too, once it is in force.
   * @returns a function that ends it
   */
  onChange(listener: () => void): () => void {
    // A function that listens twice is called twice and ended once each.
    const heard = (): void => listener();
    this.listeners.add(heard);
    return () => this.listeners.delete(heard);
  }

  /** The version in force; undefined before the first load. */
  get version(): number | undefined {
    return this.snapshot?.version;
  }

  /** Puts a snapshot in force. For the options module. */
  activate(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        this.log.error({ err: error }, 'a listener to the configuration failed');
      }
    }
  }

  private get sections(): Sections {
    if (this.snapshot === undefined) {
      throw new Error('the configuration is not loaded yet: read it once the server has started');
    }
    return this.snapshot.sections;
  }
}
