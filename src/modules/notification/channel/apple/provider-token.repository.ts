import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../../core/database/index.js';

/** A token that all nodes use. */
export interface SharedToken {
  readonly token: string;
  /** Milliseconds since it was made. */
  readonly ageMs: number;
}

/**
 * Offers a token, which counts if there is none or one that is old enough to be replaced. What was
 * inserted by another meanwhile is not seen by this statement: then nothing comes back.
 */
const offer = statement(
  'notification.offerProviderToken',
  `WITH taken AS (
     INSERT INTO push_provider_token AS t (key, token) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET token = excluded.token, issued_at = now()
      WHERE t.issued_at <= now() - $3 * interval '1 millisecond'
     RETURNING token, issued_at
   )
   SELECT token, extract(epoch FROM now() - issued_at)::float8 * 1000 AS "ageMs"
     FROM (SELECT token, issued_at FROM taken
            UNION ALL
           SELECT token, issued_at FROM push_provider_token
            WHERE key = $1 AND NOT EXISTS (SELECT FROM taken)) token
    LIMIT 1`,
);

const find = statement(
  'notification.findProviderToken',
  `SELECT token, extract(epoch FROM now() - issued_at)::float8 * 1000 AS "ageMs"
     FROM push_provider_token WHERE key = $1`,
);

/** A token is good for an hour. */
const sweep = statement(
  'notification.sweepProviderTokens',
  `DELETE FROM push_provider_token WHERE issued_at < now() - interval '1 day'`,
);

/** Apple's provider tokens, one for each key whatever the number of nodes. */
@Injectable()
export class ProviderTokenRepository {
  constructor(private readonly database: Database) {}

  find(key: string): Promise<SharedToken | undefined> {
    return this.database.row<SharedToken>(find, [key]);
  }

  /** Removes those of keys that are not in use any more. */
  async sweep(): Promise<void> {
    await this.database.execute(sweep, []);
  }

  /**
   * @param olderThanMs the age from which the token in use is replaced by this one
   * @returns the token in use now; undefined when another node was just making one
   */
  offer(key: string, token: string, olderThanMs: number): Promise<SharedToken | undefined> {
    return this.database.row<SharedToken>(offer, [key, token, olderThanMs]);
  }
}
