import { entriesOf, objectOf } from '../../../core/json/index.js';

/** What an extension hangs on. */
export type Level = 'Service' | 'State' | 'Task';

/**
 * Which extensions a caller asked for: `extensions=Name,State.Name,Task.*,*`
 * (docs/compatibility.md, Queries).
 */
export class ExtensionSelection {
  private readonly names: ReadonlySet<string>;
  private readonly hasAll: boolean;

  /** @param entries as they were asked for, without empty ones */
  constructor(entries: readonly string[]) {
    this.names = new Set(entries);
    this.hasAll = this.names.has('*');
  }

  static readonly all = new ExtensionSelection(['*']);
  static readonly none = new ExtensionSelection([]);

  /** Whether there may be any to return, so that they are worth reading. */
  get isEmpty(): boolean {
    return this.names.size === 0;
  }

  /** Those of an item's extensions that were asked for. */
  of(
    level: Level,
    extensions: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> {
    if (this.hasAll || this.names.has(`${level}.*`)) return extensions;
    return objectOf(
      entriesOf(extensions).filter(
        ([name]) => this.names.has(name) || this.names.has(`${level}.${name}`),
      ),
    );
  }
}
