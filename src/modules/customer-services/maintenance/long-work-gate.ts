import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeStopping } from './maintenance.errors.js';
import { ActiveRequests } from '../../../core/lifecycle/index.js';

/** How long the stop waits for the batches under way, milliseconds. */
const maxWaitMs = 2000;

/** Has long work end between two batches when the node stops, before the pool is closed. */
@Injectable()
export class LongWorkGate implements OnApplicationBootstrap, OnModuleDestroy {
  private stopping = false;
  private readonly pendingWork = new Set<Promise<void>>();

  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    ActiveRequests.forServer(server).onStop(() => {
      this.stopping = true;
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    const late = delay(maxWaitMs, undefined, { ref: false });
    await Promise.race([Promise.all(this.pendingWork), late]);
  }

  /** Has the stop wait for some work. @returns what is to be called at its end */
  trackWork(): () => void {
    let end = (): void => undefined;
    const working = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.pendingWork.add(working);
    return () => {
      this.pendingWork.delete(working);
      end();
    };
  }

  /** To be asked between two batches. @throws DomainError NodeStopping */
  requireRunning(): void {
    if (this.stopping) throw nodeStopping();
  }
}
