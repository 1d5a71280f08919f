import { Injectable } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { DiskSpace } from '../../core/database/index.js';
import { Heartbeat } from './heartbeat.js';
import { NodeRepository } from './node.repository.js';
import { Probe } from './probe.js';

/** How one condition of being ready stands. */
export type CheckOutcome = 'ok' | 'failed' | 'no answer in time' | 'pending' | 'full' | 'OFFLINE';

/** Whether this node is ready for traffic, and if not, why. */
export interface Readiness {
  readonly status: 'ready' | 'not ready';
  readonly checks: Readonly<
    Record<'database' | 'migrations' | 'disk' | 'bus' | 'node', CheckOutcome>
  >;
}

/**
 * Checks what this node needs to serve (docs/compatibility.md, Health, metrics, documentation,
 * pages).
 */
@Injectable()
export class ReadinessCheck {
  private readonly database: Probe;
  private readonly migrations: Probe;

  constructor(
    repository: NodeRepository,
    private readonly bus: Bus,
    private readonly heartbeat: Heartbeat,
    private readonly disk: DiskSpace,
  ) {
    this.database = new Probe(async () => {
      await repository.ping();
      return true;
    });
    this.migrations = new Probe(() => repository.isMigrated());
  }

  /** Answers within a second, also when the database hangs. */
  async run(): Promise<Readiness> {
    const [database, migrations] = await Promise.all([this.database.run(), this.migrations.run()]);
    const checks = {
      database,
      migrations: database === 'ok' ? migrations : 'pending',
      disk: this.disk.isFull ? 'full' : 'ok',
      bus: this.bus.isConnected ? 'ok' : 'failed',
      node: this.heartbeat.status === 'ONLINE' ? 'ok' : 'OFFLINE',
    } as const;
    const isReady = Object.values(checks).every((outcome) => outcome === 'ok');
    return { status: isReady ? 'ready' : 'not ready', checks };
  }
}
