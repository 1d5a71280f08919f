import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SweepMetrics } from './sweep-metrics.js';
import { Sweeper } from './sweeper.js';
import { TimerWorker } from './timer-worker.js';
import { Timers } from './timers.js';
import { TimersRepository } from './timers.repository.js';
import { TimerEntity } from './timer.entity.js';

/**
 * Glossary. *Timer*: something that is to happen at a time, once, on whatever node. *Lateness*: how
 * long after its time it did. *Sweep*: one round of removing what has expired. *Lag*: how long the
 * oldest thing removed had been expired.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([TimerEntity])],
  providers: [Timers, TimerWorker, TimersRepository, Sweeper, SweepMetrics],
  exports: [Timers, Sweeper],
})
export class TimersModule {}
