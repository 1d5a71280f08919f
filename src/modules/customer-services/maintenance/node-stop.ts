import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestsUnderWay } from '../../../core/http/requests-under-way.js';
import { nodeStopping } from './maintenance.errors.js';

/** How long the stop waits for the batches under way, milliseconds. */
const longestWaitMs = 2000;

/** Has long work end between two batches when the node stops, before the pool is closed. */
@Injectable()
export class NodeStop implements OnApplicationBootstrap, OnModuleDestroy {
  private stopping = false;
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    RequestsUnderWay.of(server).onLastAnswers(() => {
      this.stopping = true;
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    const late = delay(longestWaitMs, undefined, { ref: false });
    await Promise.race([Promise.all(this.underWay), late]);
  }

  /** Has the stop wait for some work. @returns what is to be called at its end */
  begin(): () => void {
    let end = (): void => undefined;
    const working = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.underWay.add(working);
    return () => {
      this.underWay.delete(working);
      end();
    };
  }

  /** To be asked between two batches. @throws DomainError NodeStopping */
  requireGoingOn(): void {
    if (this.stopping) throw nodeStopping();
  }
}
