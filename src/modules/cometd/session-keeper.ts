import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Log, Trouble } from '../../core/observability/index.js';
import { Configuration } from '../options/index.js';
import { CometSessionRepository } from './comet-session.repository.js';
import { CometUpkeepRepository } from './comet-upkeep.repository.js';
import { cometdSection } from './cometd-section.js';
import type { Session } from './session.js';
import { SessionRegistry } from './session-registry.js';

/**
 * Between two rounds, milliseconds. With acknowledgements losing a round costs nothing; without,
 * cursors do not wait for it.
 */
const roundMs = 500;

/** A session that goes on is written down at most this often, milliseconds. */
const longestUnkeptMs = 15_000;

/** Between two beats, milliseconds. */
const beatMs = 2000;

/** Sessions that one statement writes. */
const mostAtOnce = 1000;

/**
 * Writes down, many in one statement, what this node knows of its sessions: cursors within a
 * second, and that they are alive at most every 15 s. Beats, so that an outage of the database is
 * known as one.
 */
@Injectable()
export class SessionKeeper implements OnModuleInit, OnModuleDestroy {
  private readonly trouble: Trouble;
  private timer: NodeJS.Timeout | undefined;
  /** What is not to wait for the next round. */
  private readonly urgent = new Set<Session>();
  private isKeeping = false;
  private beatAt = -beatMs;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly upkeep: CometUpkeepRepository,
    private readonly registry: SessionRegistry,
    private readonly configuration: Configuration,
    log: Log,
  ) {
    this.trouble = new Trouble(log, 'keeping comet sessions');
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.begin(), roundMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
    await this.keep(true);
  }

  /**
   * Writes a session down at once: its next connect may go to another node. Those that come while
   * others are being written go together in the next statement.
   */
  soon(session: Session): void {
    session.isUnkept = true;
    this.urgent.add(session);
    if (this.urgent.size > 1) return;
    setImmediate(() => {
      this.working = this.working.then(() => this.keepUrgent());
    });
  }

  /**
   * Writes down what is not written yet of a session that another node answers for now, and that
   * the registry does not know any more. Never rejects.
   * @returns whether it is written down
   */
  async leave(session: Session): Promise<boolean> {
    await this.working;
    return !session.isUnkept || (await this.write([session], performance.now()));
  }

  /** A round that takes longer than the pause between two, as with a slow database, takes its place. */
  private begin(): void {
    if (this.isKeeping) return;
    this.isKeeping = true;
    this.working = this.working
      .then(() => this.keep(false))
      .finally(() => {
        this.isKeeping = false;
      });
  }

  /** @param isLast whether the node stops, so that all that is alive is written down once more */
  private async keep(isLast: boolean): Promise<void> {
    if (!this.configuration.isLoaded) return;
    const now = performance.now();
    const { max_interval } = this.configuration.get(cometdSection);
    if (now - this.beatAt >= beatMs) await this.beat(now, max_interval);
    const interval = max_interval * 1000;
    const longest = Math.min(longestUnkeptMs, interval / 4);
    const due = [...this.registry.all].filter((session) => {
      if (session.isPresent(now)) session.seenAt = now;
      const isAlive = session.seenAt > session.keptAt;
      return session.isUnkept || (isAlive && (isLast || now - session.keptAt >= longest));
    });
    await this.writeAll(due, now);
  }

  /** Notes that the database can be written to: for as long as nobody can, no session is silent. */
  private async beat(now: number, maxInterval: number): Promise<void> {
    this.beatAt = now;
    try {
      await this.upkeep.beat(maxInterval);
      this.trouble.succeeded();
    } catch (error) {
      this.trouble.failed(error);
    }
  }

  private async keepUrgent(): Promise<void> {
    const due = [...this.urgent].filter(({ isUnkept }) => isUnkept);
    this.urgent.clear();
    await this.writeAll(due, performance.now());
  }

  private async writeAll(sessions: readonly Session[], now: number): Promise<void> {
    for (let start = 0; start < sessions.length; start += mostAtOnce) {
      const isWritten = await this.write(sessions.slice(start, start + mostAtOnce), now);
      // The others would only wait for the same database; the next round has them all.
      if (!isWritten) return;
    }
  }

  /** @returns whether it was; what was not is still to be written */
  private async write(sessions: readonly Session[], now: number): Promise<boolean> {
    for (const session of sessions) session.isUnkept = false;
    try {
      await this.repository.keep(sessions);
      for (const session of sessions) session.keptAt = now;
      this.trouble.succeeded();
      return true;
    } catch (error) {
      for (const session of sessions) session.isUnkept = true;
      this.trouble.failed(error);
      return false;
    }
  }
}
