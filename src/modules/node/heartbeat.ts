import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { ENVIRONMENT, type Environment, version } from '../../core/config/index.js';
import { Log, FailureThrottle } from '../../core/observability/index.js';
import type { NodeStatus } from './node-status.js';
import { NodeRepository } from './node.repository.js';
import { Signal } from '../../core/scheduling/index.js';

/** The bus topic that says: the status of the node of this id was set. */
export const nodesTopic = 'nodes';

/** The pause between two heartbeats, milliseconds; a status set elsewhere arrives by then. */
const beatMs = 1500;

/**
 * Tells the other nodes that this one lives, and learns what status it is to have. The status is
 * at hand without asking the database.
 */
@Injectable()
export class Heartbeat implements OnModuleInit, OnModuleDestroy {
  private current: NodeStatus = 'ONLINE';
  private readonly wakeSignal = new Signal();
  private readonly failureThrottle: FailureThrottle;
  private readonly started = performance.now();
  private stopListening: (() => void) | undefined;
  private stopping = false;
  private beating: Promise<void> = Promise.resolve();
  private lastStatement: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly repository: NodeRepository,
    private readonly bus: Bus,
    private readonly log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the heartbeat of this node');
  }

  /** Before anybody can ask: a node that was put OFFLINE must not say ONLINE for a moment. */
  async onModuleInit(): Promise<void> {
    this.applyStatus(await this.repository.recordStart(this.environment.nodeId, version));
    this.stopListening = this.bus.onWake(nodesTopic, (id) => {
      if (id === undefined || id === this.environment.nodeId) this.wakeSignal.notify();
    });
    this.beating = this.runBeats();
  }

  async onModuleDestroy(): Promise<void> {
    // Never said that it lives, so that there is nothing to take back.
    if (this.stopListening === undefined) return;
    this.stopping = true;
    this.stopListening();
    this.wakeSignal.notify();
    await this.beating;
    try {
      await this.runInSequence(() => this.repository.recordStop(this.nodeId));
    } catch (error) {
      // It shows as not live in ten seconds anyway.
      this.failureThrottle.recordFailure(error);
    }
  }

  get nodeId(): string {
    return this.environment.nodeId;
  }

  get status(): NodeStatus {
    return this.current;
  }

  /**
   * Sets the status of this node.
   * @param store writes it down
   */
  changeStatus(status: NodeStatus, store: () => Promise<void>): Promise<void> {
    return this.runInSequence(async () => {
      await store();
      this.applyStatus(status);
    });
  }

  /**
   * One statement about this node at a time: a heartbeat that read the status before a change must
   * not be heard after it.
   */
  private runInSequence<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.lastStatement.then(work);
    this.lastStatement = result.catch(() => undefined);
    return result;
  }

  /** Takes over a status that was set in the database. */
  private applyStatus(status: NodeStatus): void {
    if (status !== this.current) this.log.info({ status }, `this node is now ${status}`);
    this.current = status;
  }

  private async runBeats(): Promise<void> {
    for (;;) {
      await this.wakeSignal.wait(beatMs);
      if (this.stopping) return;
      await this.sendBeat();
    }
  }

  private async sendBeat(): Promise<void> {
    const upSeconds = (performance.now() - this.started) / 1000;
    try {
      await this.runInSequence(async () => {
        this.applyStatus(await this.repository.recordBeat(this.nodeId, version, upSeconds));
      });
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    }
  }
}
