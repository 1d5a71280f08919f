import { type INestApplicationContext, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import type { Pool } from 'pg';
import { Bus, BusModule } from '../../../src/core/bus/index.js';
import { DATABASE_URL, DatabaseModule, UnitOfWork } from '../../../src/core/database/index.js';
import { Log, openLog } from '../../../src/core/observability/index.js';

/** A node that is nothing but a bus. */
export interface BusNode {
  readonly bus: Bus;
  readonly unitOfWork: UnitOfWork;
  /** How often a connection of its pool has been used. */
  uses(): number;
  close(): Promise<void>;
}

/** @param listenUrl where the bus listens, when it is not where the pool connects to */
export async function startBusNode(databaseUrl: string, listenUrl = databaseUrl): Promise<BusNode> {
  const providers = [
    { provide: DATABASE_URL, useValue: listenUrl },
    { provide: Log, useValue: openLog('silent') },
  ];
  @Global()
  @Module({ providers, exports: providers })
  class FactsModule {}
  @Module({ imports: [FactsModule, DatabaseModule.connect(databaseUrl, 'bus test'), BusModule] })
  class NodeModule {}
  const app: INestApplicationContext = await NestFactory.createApplicationContext(NodeModule, {
    logger: false,
    abortOnError: false,
  });
  const pool = (app.get(DataSource).driver as unknown as { master: Pool }).master;
  let uses = 0;
  pool.on('acquire', () => uses++);
  return {
    bus: app.get(Bus),
    unitOfWork: app.get(UnitOfWork),
    uses: () => uses,
    close: () => app.close(),
  };
}
