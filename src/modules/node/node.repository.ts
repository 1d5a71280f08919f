import { Injectable } from '@nestjs/common';
import { migrations } from '../../../migrations/index.js';
import { Database, statement } from '../../core/database/index.js';
import type { NodeStatus } from './node-status.js';
import type { SweepBatch } from '../../core/scheduling/index.js';

/** A node as its row has it. */
export interface NodeRow {
  readonly id: string;
  readonly status: NodeStatus;
  readonly version: string;
  readonly started_at: Date;
  readonly seen_at: Date;
  readonly live: boolean;
}

/** Without a heartbeat for so many seconds a node is not live. */
const liveSeconds = 10;

const begin = statement(
  'node.begin',
  `INSERT INTO node (id, version, started_at, seen_at) VALUES ($1, $2, now(), now())
   ON CONFLICT (id) DO UPDATE
      SET version = excluded.version, started_at = now(), seen_at = now(), stopped_at = NULL
   RETURNING status`,
);

/** Brings back a row that was swept while the node could not reach the database. */
const beat = statement(
  'node.beat',
  `INSERT INTO node (id, version, started_at, seen_at)
   VALUES ($1, $2, now() - $3 * interval '1 second', now())
   ON CONFLICT (id) DO UPDATE SET seen_at = now(), stopped_at = NULL
   RETURNING status`,
);

const end = statement('node.end', 'UPDATE node SET stopped_at = now() WHERE id = $1');

/** A node that has stopped in order is OFFLINE; it has its own status again when it starts. */
const effectiveStatusSql = `CASE WHEN stopped_at IS NULL THEN status ELSE 'OFFLINE' END AS status`;

const findStatus = statement(
  'node.findStatus',
  `SELECT ${effectiveStatusSql} FROM node WHERE id = $1`,
);

const setStatus = statement('node.setStatus', 'UPDATE node SET status = $2 WHERE id = $1');

const findAll = statement(
  'node.findAll',
  `SELECT id, ${effectiveStatusSql}, version, started_at, seen_at,
          stopped_at IS NULL AND seen_at > now() - $1 * interval '1 second' AS live
     FROM node ORDER BY id`,
);

/** A node that was put OFFLINE is remembered longer: it must not come back ONLINE by itself. */
const retentionSql = `CASE status WHEN 'ONLINE' THEN interval '1 day' ELSE interval '30 days' END`;

const sweep = statement(
  'node.sweep',
  `WITH removed AS (
     DELETE FROM node
      WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM node WHERE seen_at < now() - ${retentionSql} LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING seen_at + ${retentionSql} AS expired_at)
   SELECT count(*)::int AS removed,
          coalesce(extract(epoch FROM now() - min(expired_at)), 0)::float8 * 1000 AS "lagMs"
     FROM removed`,
);

const ping = statement('node.ping', 'SELECT 1');

const countMigrations = statement(
  'node.countMigrations',
  'SELECT count(DISTINCT name)::int AS applied FROM schema_migration WHERE name = ANY ($1)',
);

/** The nodes of this database, and whether it is fit for this one. */
@Injectable()
export class NodeRepository {
  constructor(private readonly database: Database) {}

  /** Notes that a node starts. @returns the status that it was left with */
  async recordStart(id: string, version: string): Promise<NodeStatus> {
    return this.statusFrom(begin, [id, version]);
  }

  /** Notes that a node lives. @returns the status that it is to have */
  async recordBeat(id: string, version: string, upSeconds: number): Promise<NodeStatus> {
    return this.statusFrom(beat, [id, version, upSeconds]);
  }

  /** Notes that a node stops. */
  async recordStop(id: string): Promise<void> {
    await this.database.execute(end, [id]);
  }

  async findStatus(id: string): Promise<NodeStatus | undefined> {
    return (await this.database.row<{ status: NodeStatus }>(findStatus, [id]))?.status;
  }

  /** @returns whether there is such a node */
  async setStatus(id: string, status: NodeStatus): Promise<boolean> {
    return (await this.database.execute(setStatus, [id, status])) > 0;
  }

  findAll(): Promise<NodeRow[]> {
    return this.database.rows<NodeRow>(findAll, [liveSeconds]);
  }

  /** Removes nodes that have not been seen for a day. */
  async sweep(limit: number): Promise<SweepBatch> {
    const row = await this.database.row<SweepBatch>(sweep, [limit]);
    return row ?? { removed: 0, lagMs: 0 };
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.database.execute(ping, []);
  }

  /** Whether the schema has all that this version needs. */
  async isMigrated(): Promise<boolean> {
    const names = migrations.map((migration) => migration.name);
    const row = await this.database.row<{ applied: number }>(countMigrations, [names]);
    return row?.applied === names.length;
  }

  private async statusFrom(upsert: typeof begin, values: readonly unknown[]): Promise<NodeStatus> {
    const row = await this.database.row<{ status: NodeStatus }>(upsert, values);
    return row?.status ?? 'ONLINE';
  }
}
