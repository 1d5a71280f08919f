import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TimerWorker } from './timer.worker.js';
import { Timers } from './timers.service.js';
import { TimersRepository } from './timer.repository.js';
import { TimerEntity } from './timer.entity.js';

/**
 * Glossary. *Timer*: something that is to happen at a time, once, on whatever node. *Lateness*: how
 * long after its time it did.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([TimerEntity])],
  providers: [Timers, TimerWorker, TimersRepository],
  exports: [Timers],
})
export class TimersModule {}
