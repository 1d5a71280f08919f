import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Log, FailureThrottle } from '../../../core/observability/index.js';
import { CometSessionRepository } from './comet-session.repository.js';
import { CometMaintenanceRepository } from './comet-maintenance.repository.js';
import { cometdSection } from '../cometd.section.js';
import type { Session } from './session.js';
import { SessionRegistry } from './session-registry.js';
import { Configuration } from '../../../core/settings/index.js';

/**
 * Between two rounds, milliseconds. With acknowledgements losing a round costs nothing; without,
 * cursors do not wait for it.
 */
const roundMs = 500;

/** A session that goes on is written down at most this often, milliseconds. */
const maxUnpersistedMs = 15_000;

/** Between two beats, milliseconds. */
const beatMs = 2000;

/** Sessions that one statement writes. */
const maxBatch = 1000;

/**
 * Writes down, many in one statement, what this node knows of its sessions: cursors within a
 * second, and that they are alive at most every 15 s. Beats, so that an outage of the database is
 * known as one.
 */
@Injectable()
export class SessionPersister implements OnModuleInit, OnModuleDestroy {
  private readonly failureThrottle: FailureThrottle;
  private timer: NodeJS.Timeout | undefined;
  /** What is not to wait for the next round. */
  private readonly urgentSessions = new Set<Session>();
  private isRoundRunning = false;
  private beatAt = -beatMs;
  private pendingWrites: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly maintenance: CometMaintenanceRepository,
    private readonly registry: SessionRegistry,
    private readonly configuration: Configuration,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'keeping comet sessions');
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.startRound(), roundMs);
  }

  async onModuleDestroy(): Promise<void> {
    // Never started, so that there is nothing to write down.
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    await this.pendingWrites;
    await this.persistDue(true);
  }

  /**
   * Writes a session down at once: its next connect may go to another node. Those that come while
   * others are being written go together in the next statement.
   */
  persistSoon(session: Session): void {
    session.needsPersist = true;
    this.urgentSessions.add(session);
    if (this.urgentSessions.size > 1) return;
    setImmediate(() => {
      this.pendingWrites = this.pendingWrites.then(() => this.persistUrgent());
    });
  }

  /**
   * Writes down what is not written yet of a session that another node answers for now, and that
   * the registry does not know any more. Never rejects.
   * @returns whether it is written down
   */
  async persistBeforeHandoff(session: Session): Promise<boolean> {
    await this.pendingWrites;
    return !session.needsPersist || (await this.persistBatch([session], performance.now()));
  }

  /** A round that takes longer than the pause between two, as with a slow database, takes its place. */
  private startRound(): void {
    if (this.isRoundRunning) return;
    this.isRoundRunning = true;
    this.pendingWrites = this.pendingWrites
      .then(() => this.persistDue(false))
      .finally(() => {
        this.isRoundRunning = false;
      });
  }

  /** @param isLast whether the node stops, so that all that is alive is written down once more */
  private async persistDue(isLast: boolean): Promise<void> {
    const now = performance.now();
    const { max_interval } = this.configuration.get(cometdSection);
    if (now - this.beatAt >= beatMs) await this.recordHeartbeat(now, max_interval);
    const interval = max_interval * 1000;
    const longest = Math.min(maxUnpersistedMs, interval / 4);
    const due = [...this.registry.all].filter((session) => {
      if (session.isClientPresent(now)) session.seenAt = now;
      const isAlive = session.seenAt > session.persistedAt;
      return session.needsPersist || (isAlive && (isLast || now - session.persistedAt >= longest));
    });
    await this.persistInBatches(due, now);
  }

  /** Notes that the database can be written to: for as long as nobody can, no session is silent. */
  private async recordHeartbeat(now: number, maxInterval: number): Promise<void> {
    this.beatAt = now;
    try {
      await this.maintenance.recordHeartbeat(maxInterval);
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    }
  }

  private async persistUrgent(): Promise<void> {
    const due = [...this.urgentSessions].filter(({ needsPersist: isUnkept }) => isUnkept);
    this.urgentSessions.clear();
    await this.persistInBatches(due, performance.now());
  }

  private async persistInBatches(sessions: readonly Session[], now: number): Promise<void> {
    for (let start = 0; start < sessions.length; start += maxBatch) {
      const isWritten = await this.persistBatch(sessions.slice(start, start + maxBatch), now);
      // The others would only wait for the same database; the next round has them all.
      if (!isWritten) return;
    }
  }

  /** @returns whether it was; what was not is still to be written */
  private async persistBatch(sessions: readonly Session[], now: number): Promise<boolean> {
    for (const session of sessions) session.needsPersist = false;
    try {
      await this.repository.persist(sessions);
      for (const session of sessions) session.persistedAt = now;
      this.failureThrottle.recordSuccess();
      return true;
    } catch (error) {
      for (const session of sessions) session.needsPersist = true;
      this.failureThrottle.recordFailure(error);
      return false;
    }
  }
}
