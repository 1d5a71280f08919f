// The built core as a process that a test kills: node core-node-process.mjs URL NODE_ID ROLE.
// Roles: `outbox` brings about effects of kind "crash" by writing their keys into effect_log;
// `timers` runs timers of kind "crash" by writing theirs into timer_log, in their unit of work.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { setTimeout as delay } from 'node:timers/promises';

const core = (path) => import(`../../dist/src/core/${path}/index.js`);
const { BusModule } = await core('bus');
const { ENVIRONMENT } = await core('config');
const { Database, DATABASE_URL, DatabaseModule, statement } = await core('database');
const { Log, ObservabilityModule, openLog } = await core('observability');
const { Outbox, OutboxModule } = await core('outbox');
const { SchedulingModule } = await core('scheduling');
const { Timers, TimersModule } = await core('timers');

const [url, nodeId, role] = process.argv.slice(2);
const facts = [
  { provide: ENVIRONMENT, useValue: { nodeId, sweepIntervalMs: 3_600_000 } },
  { provide: DATABASE_URL, useValue: url },
  { provide: Log, useValue: openLog('silent') },
];
class FactsModule {}
class CoreModule {}
Module({})(FactsModule);
Module({
  imports: [
    { module: FactsModule, global: true, providers: facts, exports: facts },
    DatabaseModule.connect(url, nodeId),
    ScheduleModule.forRoot(),
    ObservabilityModule,
    BusModule,
    OutboxModule,
    TimersModule,
    SchedulingModule,
  ],
})(CoreModule);

const app = await NestFactory.create(CoreModule, { logger: false });
const database = app.get(Database, { strict: false });
const note = (table, key) =>
  database.execute(statement(`test.${table}`, `INSERT INTO ${table} (key, node) VALUES ($1, $2)`), [
    key,
    nodeId,
  ]);

const roles = {
  outbox: () =>
    app.get(Outbox, { strict: false }).registerHandler('crash', {
      leaseMs: 2000,
      concurrency: 4,
      run: async ({ key }) => {
        await delay(10);
        await note('effect_log', key);
        await delay(10);
      },
    }),
  timers: () =>
    app.get(Timers, { strict: false }).registerHandler('crash', async ({ key }) => {
      await note('timer_log', key);
      await delay(20);
    }),
};
roles[role]();
await app.init();
console.log('at work');
