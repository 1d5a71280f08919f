import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BusModule } from '../../src/core/bus/index.js';
import { ENVIRONMENT } from '../../src/core/config/index.js';
import { DATABASE_URL, DatabaseModule } from '../../src/core/database/index.js';
import { Log, ObservabilityModule } from '../../src/core/observability/index.js';
import { OutboxModule } from '../../src/core/outbox/index.js';
import { SchedulingModule } from '../../src/core/scheduling/index.js';
import { TimersModule } from '../../src/core/timers/index.js';

/** One line that a node under test has logged. */
export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: any;
  readonly message: string;
}

/** A node that is nothing but the core: no module, no HTTP. */
export interface CoreNode {
  readonly app: INestApplication;
  readonly lines: LoggedLine[];
  get<Provided>(token: abstract new (...values: any[]) => Provided): Provided;
  close(): Promise<void>;
}

/**
 * Starts the core as one node on a database.
 * @param prepare registers handlers, before the workers begin
 */
export async function startCoreNode(
  databaseUrl: string,
  { nodeId = 'test', sweepIntervalMs = 3_600_000 } = {},
  prepare: (node: CoreNode) => void | Promise<void> = () => undefined,
): Promise<CoreNode> {
  const lines: LoggedLine[] = [];
  const write = (level: LoggedLine['level']) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
  };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const facts = [
    { provide: ENVIRONMENT, useValue: { nodeId, sweepIntervalMs } },
    { provide: DATABASE_URL, useValue: databaseUrl },
    { provide: Log, useValue: log },
  ];
  const app = await NestFactory.create(moduleOf(databaseUrl, nodeId, facts), {
    logger: false,
    abortOnError: false,
  });
  const node: CoreNode = {
    app,
    lines,
    get: (token) => app.get(token as Type, { strict: false }),
    close: () => app.close(),
  };
  await prepare(node);
  await app.init();
  return node;
}

function moduleOf(databaseUrl: string, nodeId: string, facts: any[]): Type {
  @Module({})
  class FactsModule {}
  @Module({
    imports: [
      { module: FactsModule, global: true, providers: facts, exports: facts },
      DatabaseModule.connect(databaseUrl, nodeId),
      ScheduleModule.forRoot(),
      ObservabilityModule,
      BusModule,
      OutboxModule,
      TimersModule,
      SchedulingModule,
    ],
  })
  class CoreModule {}
  return CoreModule;
}

/** A core node as a process of its own, which a test may kill. */
export interface CoreProcess {
  readonly child: ChildProcess;
  /** Ends it without a word and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts core-node-process.mjs, and waits until it is at work.
 * @param role what it does: see there
 */
export async function spawnCoreNode(
  databaseUrl: string,
  nodeId: string,
  role: 'outbox' | 'timers',
): Promise<CoreProcess> {
  const program = fileURLToPath(new URL('./core-node-process.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, databaseUrl, nodeId, role], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'at work') resolve();
    });
    child.on('close', () => reject(new Error('the core node ended before it was at work')));
  });
  return {
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
