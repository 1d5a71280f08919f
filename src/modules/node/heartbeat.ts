import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { ENVIRONMENT, type Environment, version } from '../../core/config/index.js';
import { Log, Trouble } from '../../core/observability/index.js';
import { Bell } from '../../core/timers/index.js';
import type { NodeStatus } from './node-status.js';
import { NodeRepository } from './node.repository.js';

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
  private readonly bell = new Bell();
  private readonly trouble: Trouble;
  private readonly started = performance.now();
  private stopHearing: (() => void) | undefined;
  private stopping = false;
  private beating: Promise<void> = Promise.resolve();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly repository: NodeRepository,
    private readonly bus: Bus,
    private readonly log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.trouble = new Trouble(log, 'the heartbeat of this node');
  }

  /** Before anybody can ask: a node that was put OFFLINE must not say ONLINE for a moment. */
  async onModuleInit(): Promise<void> {
    this.become(await this.repository.begin(this.environment.nodeId, version));
    this.stopHearing = this.bus.onWake(nodesTopic, (id) => {
      if (id === undefined || id === this.environment.nodeId) this.bell.ring();
    });
    this.beating = this.beat();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.stopHearing?.();
    this.bell.ring();
    await this.beating;
    try {
      await this.inTurn(() => this.repository.end(this.nodeId));
    } catch (error) {
      // It shows as not live in ten seconds anyway.
      this.trouble.failed(error);
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
  change(status: NodeStatus, store: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      await store();
      this.become(status);
    });
  }

  /**
   * One statement about this node at a time: a heartbeat that read the status before a change must
   * not be heard after it.
   */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Takes over a status that was set in the database. */
  private become(status: NodeStatus): void {
    if (status !== this.current) this.log.info({ status }, `this node is now ${status}`);
    this.current = status;
  }

  private async beat(): Promise<void> {
    for (;;) {
      await this.bell.sleep(beatMs);
      if (this.stopping) return;
      await this.beatOnce();
    }
  }

  private async beatOnce(): Promise<void> {
    const upSeconds = (performance.now() - this.started) / 1000;
    try {
      await this.inTurn(async () => {
        this.become(await this.repository.beat(this.nodeId, version, upSeconds));
      });
      this.trouble.succeeded();
    } catch (error) {
      this.trouble.failed(error);
    }
  }
}
