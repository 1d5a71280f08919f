import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import type { NewMail } from './comet-mail.js';

/** The lock on the user's row makes the order of numbers the order of commits. */
const append = statement(
  'cometd.append',
  `WITH log AS (
     INSERT INTO comet_user AS u (user_id, last_seq) VALUES ($1, 1)
     ON CONFLICT (user_id) DO UPDATE SET last_seq = u.last_seq + 1
     RETURNING last_seq)
   INSERT INTO comet_event (user_id, seq, id, data)
   SELECT $1, last_seq, $2, $3 FROM log
   ON CONFLICT (user_id, id) DO NOTHING`,
);

/** The logs of users. */
@Injectable()
export class CometEventRepository {
  constructor(private readonly database: Database) {}

  async append(mail: readonly NewMail[]): Promise<void> {
    // In the order of users, so that two writers never wait for each other's locks.
    const sorted = [...mail].sort((a, b) => (a.user < b.user ? -1 : Number(a.user > b.user)));
    for (const { user, id, data } of sorted) {
      await this.database.execute(append, [user, id, JSON.stringify({ ...data, id })]);
    }
  }
}
