import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import { jsonPieces } from '../../core/json/index.js';
import type { SectionChange } from './domain/section-changes.js';
import type { WrittenSections, RawOptions } from '../../core/settings/index.js';

/** The sections as the database holds them. */
export interface StoredSections {
  /** Rises with every change. */
  readonly version: number;
  readonly sections: WrittenSections;
}

/** Any number that no other program on the same database locks. */
const writeLock = 7_215_046_114;

/** Held until the transaction ends. */
const lock = statement('options.lock', 'SELECT pg_advisory_xact_lock($1)');

const readVersion = statement('options.version', 'SELECT version FROM option_version');

/** One statement, so that version and sections belong together. */
const load = statement(
  'options.load',
  `SELECT version, name, options
     FROM option_version LEFT JOIN option_section ON true
    ORDER BY position`,
);

const remove = statement('options.remove', 'DELETE FROM option_section WHERE name = ANY($1)');

const save = statement(
  'options.save',
  `INSERT INTO option_section (name, options, position)
   SELECT given ->> 'name', given -> 'options', 0 FROM json_array_elements($1::json) AS given
       ON CONFLICT (name) DO UPDATE SET options = excluded.options, updated_at = now()`,
);

const arrange = statement(
  'options.arrange',
  `UPDATE option_section
      SET position = place
     FROM unnest($1::text[]) WITH ORDINALITY AS listed (section, place)
    WHERE name = section AND position <> place`,
);

const raiseVersion = statement(
  'options.raiseVersion',
  'UPDATE option_version SET version = version + 1 RETURNING version',
);

interface LoadedRow {
  readonly version: string;
  readonly name: string | null;
  readonly options: RawOptions;
}

/** The sections with their version, and the audit of their changes. */
@Injectable()
export class ConfigurationRepository {
  constructor(private readonly database: Database) {}

  /** Waits until no other transaction writes sections; within a unit of work. */
  async lock(): Promise<void> {
    await this.database.execute(lock, [writeLock]);
  }

  async version(): Promise<number> {
    const row = await this.database.row<{ version: string }>(readVersion, []);
    if (row === undefined) throw new Error('the table option_version has lost its row');
    return Number(row.version);
  }

  async load(): Promise<StoredSections> {
    const rows = await this.database.rows<LoadedRow>(load, []);
    const [first] = rows;
    if (first === undefined) throw new Error('the table option_version has lost its row');
    const sections = new Map<string, RawOptions>();
    for (const { name, options } of rows) if (name !== null) sections.set(name, options);
    return { version: Number(first.version), sections };
  }

  /**
   * Makes the changes; under the lock.
   * @param order the names of all sections as they are to stand
   * @returns the new version
   */
  async save(changes: readonly SectionChange[], order: readonly string[]): Promise<number> {
    const lost = changes.filter(({ after }) => after === undefined);
    const kept = changes.filter(({ after }) => after !== undefined);
    const written = kept.map(({ section, after }) => ({ name: section, options: after }));
    await this.database.execute(remove, [lost.map(({ section }) => section)]);
    await this.database.execute(save, [(await jsonPieces(written)).join('')]);
    await this.database.execute(arrange, [order]);
    const row = await this.database.row<{ version: string }>(raiseVersion, []);
    return Number(row?.version);
  }
}
