import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';

/** A localization file that an operator uploaded. */
export interface UploadedLocalization {
  readonly xml: string;
  readonly uploadedBy: string;
  readonly uploadedAt: Date;
}

const put = statement(
  'notification.putLocalization',
  `INSERT INTO push_localization (xml, uploaded_by) VALUES ($1, $2)
   ON CONFLICT (is_the_one) DO UPDATE
      SET xml = excluded.xml, uploaded_by = excluded.uploaded_by, uploaded_at = clock_timestamp()`,
);

const find = statement(
  'notification.findLocalization',
  `SELECT xml, uploaded_by AS "uploadedBy", uploaded_at AS "uploadedAt" FROM push_localization`,
);

const findTime = statement(
  'notification.findLocalizationTime',
  'SELECT extract(epoch FROM uploaded_at)::text AS time FROM push_localization',
);

const remove = statement('notification.removeLocalization', 'DELETE FROM push_localization');

/** The one localization file that all nodes share. */
@Injectable()
export class LocalizationRepository {
  constructor(private readonly database: Database) {}

  async put(xml: string, actor: string): Promise<void> {
    await this.database.execute(put, [xml, actor]);
  }

  find(): Promise<UploadedLocalization | undefined> {
    return this.database.row<UploadedLocalization>(find, []);
  }

  /** When it was uploaded, as a text that changes with it; undefined when there is none. */
  async findTime(): Promise<string | undefined> {
    return (await this.database.row<{ time: string }>(findTime, []))?.time;
  }

  /** @returns whether there was one */
  async remove(): Promise<boolean> {
    return (await this.database.execute(remove, [])) > 0;
  }
}
