import { Injectable } from '@nestjs/common';
import { Database, StatementBatcher, statement } from '../../../core/database/index.js';
import { batchLimits } from './comet-handshake.repository.js';
import { isLiveSql } from './comet-maintenance.repository.js';
import { eventChannel } from '../protocol/channels.js';

/** A session as a node takes it over. */
export interface OwnedSession {
  readonly user: string;
  readonly acknowledges: boolean;
  readonly subscriptions: readonly string[];
  /** Whether it has made a connect before. */
  readonly connected: boolean;
  readonly cursor: number;
  /** The highest number that it was sent, as far as that is written down. */
  readonly sent: number;
  readonly epoch: number;
  /** The id on the bus of the node that answers for it, or has done so before; null: not known. */
  readonly owner: string | null;
}

/** A session as it is read, without being taken over. */
export interface FoundSession extends OwnedSession {
  /** The number of its user's newest event. */
  readonly lastSeq: number;
}

/** What a node knows of a session that it answers for, to be kept. */
export interface SessionState {
  readonly clientId: string;
  readonly cursor: number;
  readonly sent: number;
  readonly connected: boolean;
}

/** How a session stands in the database, beside what a node believes. */
export interface StoredState {
  readonly clientId: string;
  /** Null when the session is gone: it ended, or was told to be lost. */
  readonly epoch: number | null;
  readonly lastSeq: number | null;
  /** Whether events go to it; null when it is gone. */
  readonly isSubscribed: boolean | null;
}

/** Of a session `s` that was begun before this was kept, as much as there is. */
const lastSeqSql = '(SELECT last_seq FROM comet_user u WHERE u.user_id = s.user_id)';
const sentSql = `coalesce(s.sent, ${lastSeqSql}, 0)::float8 AS sent`;

const take = statement(
  'cometd.take',
  `WITH old AS (
     SELECT client_id, connected, owner FROM comet_session s
      WHERE client_id = $1 AND user_id = $2 AND ${isLiveSql('$3')}
        FOR UPDATE
   )
   UPDATE comet_session s
      SET epoch = s.epoch + 1, seen_at = now(), connected = true, owner = $4
     FROM old WHERE s.client_id = old.client_id
   RETURNING s.user_id AS user, s.acknowledges, s.subscriptions, old.connected,
             s.cursor::float8 AS cursor, s.epoch, old.owner, ${sentSql}`,
);

const find = statement(
  'cometd.find',
  `SELECT user_id AS user, acknowledges, subscriptions, connected, cursor::float8 AS cursor, epoch,
          owner, ${sentSql}, coalesce(${lastSeqSql}, 0)::float8 AS "lastSeq"
     FROM comet_session s
    WHERE client_id = $1 AND user_id = $2 AND ${isLiveSql('$3')}`,
);

/** Many changes, each of another session. A session that has a hundred channels gets no more. */
const changeSubscriptions = statement(
  'cometd.changeSubscriptions',
  `WITH asked AS (
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
              AS asked (client_id, user_id, channels, adds)
   ), found AS (
     SELECT s.client_id, string_to_array(asked.channels, ' ') AS channels, asked.adds
       FROM asked JOIN comet_session s
         ON s.client_id = asked.client_id AND s.user_id = asked.user_id
      WHERE ${isLiveSql('$5')} AND NOT (asked.adds AND cardinality(s.subscriptions) >= 100)
      ORDER BY s.client_id FOR UPDATE OF s
   )
   UPDATE comet_session s
      SET seen_at = now(),
          subscriptions = CASE WHEN adds
            THEN ARRAY (SELECT unnest(s.subscriptions) UNION SELECT unnest(channels))
            ELSE ARRAY (SELECT unnest(s.subscriptions) EXCEPT SELECT unnest(channels)) END
     FROM found WHERE s.client_id = found.client_id
   RETURNING s.client_id AS "clientId",
             coalesce(${lastSeqSql}, 0)::float8 AS "lastSeq"`,
);

/** Those who follow sessions are told by what is noted here, if there are any. */
const end = statement(
  'cometd.disconnect',
  `WITH ended AS (
     DELETE FROM comet_session s
      WHERE client_id = $1 AND user_id = $2 AND ${isLiveSql('$3')}
     RETURNING client_id, user_id
   ), noted AS (
     INSERT INTO comet_session_end (client_id, user_id, kind, ext)
     SELECT client_id, user_id, 'disconnected', $4 FROM ended WHERE $4::text IS NOT NULL
     ON CONFLICT (client_id) DO NOTHING
   )
   SELECT FROM ended`,
);

const retire = statement(
  'cometd.retire',
  'UPDATE comet_session SET ended = true, due_at = now() WHERE client_id = $1',
);

/** What was told to be lost, or has ended, stays so. */
const keep = statement(
  'cometd.keep',
  `WITH state AS (
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
              AS state (client_id, cursor, sent, connected)
   ), kept AS (
     SELECT s.client_id, state.cursor, state.sent, state.connected
       FROM comet_session s JOIN state ON s.client_id = state.client_id
      WHERE NOT s.ended AND s.lost_at IS NULL
      ORDER BY s.client_id FOR UPDATE OF s
   )
   UPDATE comet_session s
      SET seen_at = now(), cursor = greatest(s.cursor, kept.cursor),
          sent = greatest(s.sent, kept.sent), connected = s.connected OR kept.connected
     FROM kept WHERE s.client_id = kept.client_id`,
);

const look = statement(
  'cometd.look',
  `SELECT known.client_id AS "clientId", s.epoch, u.last_seq::float8 AS "lastSeq",
          $2 = ANY (s.subscriptions) AS "isSubscribed"
     FROM unnest($1::text[]) AS known (client_id)
     LEFT JOIN comet_session s
       ON s.client_id = known.client_id AND NOT s.ended AND s.lost_at IS NULL
     LEFT JOIN comet_user u ON u.user_id = s.user_id`,
);

/** A change of what a session is subscribed to. */
export interface SubscriptionChange {
  readonly clientId: string;
  readonly user: string;
  readonly channels: readonly string[];
  /** Whether the channels are added, or taken away. */
  readonly adds: boolean;
}

interface Change {
  readonly change: SubscriptionChange;
  readonly maxIntervalSeconds: number;
}

/** Sessions of all nodes. A session that was not seen for `maxIntervalSeconds` is not there. */
@Injectable()
export class CometSessionRepository {
  private readonly subscriptionBatcher = new StatementBatcher<Change, number | undefined>(
    (asked) => this.changeSubscriptionBatch(asked),
    { ...batchLimits, keyOf: ({ change }) => change.clientId },
  );

  private readonly stateBatcher = new StatementBatcher<string, StoredState | undefined>(
    async (clientIds) => {
      const states = await this.readStates(clientIds);
      const byId = new Map(states.map((state) => [state.clientId, state]));
      return clientIds.map((clientId) => byId.get(clientId));
    },
    batchLimits,
  );

  constructor(private readonly database: Database) {}

  private async changeSubscriptionBatch(asked: readonly Change[]): Promise<(number | undefined)[]> {
    const rows = await this.database.rows<{ clientId: string; lastSeq: number }>(
      changeSubscriptions,
      [
        asked.map(({ change }) => change.clientId),
        asked.map(({ change }) => change.user),
        asked.map(({ change }) => change.channels.join(' ')),
        asked.map(({ change }) => change.adds),
        asked[0]?.maxIntervalSeconds,
      ],
    );
    const lastSeqs = new Map(rows.map(({ clientId, lastSeq }) => [clientId, lastSeq]));
    return asked.map(({ change }) => lastSeqs.get(change.clientId));
  }

  /**
   * Makes the node with the id `owner` the one that answers for the session. For a connect, as which
   * it is noted.
   * @returns the session, with the owner before
   */
  takeOver(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
    owner: string,
  ): Promise<OwnedSession | undefined> {
    const values = [clientId, user, maxIntervalSeconds, owner];
    return this.database.row<OwnedSession>(take, values);
  }

  /** Reads a session without taking it over. */
  find(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
  ): Promise<FoundSession | undefined> {
    return this.database.row<FoundSession>(find, [clientId, user, maxIntervalSeconds]);
  }

  /**
   * Changes what a session is subscribed to. Channels have no blanks in their names.
   * @returns the number of the user's newest event; undefined when there is no such session, or it
   *   has as many channels as it may have
   */
  changeSubscriptions(
    change: SubscriptionChange,
    maxIntervalSeconds: number,
  ): Promise<number | undefined> {
    return this.subscriptionBatcher.submit({ change, maxIntervalSeconds });
  }

  /**
   * @param ext what is told with its end, JSON; undefined: nobody is told
   * @returns whether the session was there; one that was lost keeps its place in the log
   */
  async end(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
    ext: string | undefined,
  ): Promise<boolean> {
    const values = [clientId, user, maxIntervalSeconds, ext ?? null];
    return (await this.database.execute(end, values)) > 0;
  }

  /** Ends a session for its client; the sweep tells that it is lost. */
  async markEnded(clientId: string): Promise<void> {
    await this.database.execute(retire, [clientId]);
  }

  /** Notes what this node knows of sessions, and that they were seen just now. */
  async persist(states: readonly SessionState[]): Promise<void> {
    await this.database.execute(keep, [
      states.map(({ clientId }) => clientId),
      states.map(({ cursor }) => cursor),
      states.map(({ sent: to }) => to),
      states.map(({ connected }) => connected),
    ]);
  }

  readStates(clientIds: readonly string[]): Promise<StoredState[]> {
    return this.database.rows<StoredState>(look, [clientIds, eventChannel]);
  }

  /** Looks at one session, in one statement with others that are looked at, and not before it is called. */
  readState(clientId: string): Promise<StoredState | undefined> {
    return this.stateBatcher.submit(clientId);
  }
}
