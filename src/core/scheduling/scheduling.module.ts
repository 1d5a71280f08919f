import { Global, Module } from '@nestjs/common';
import { Sweeper, SweepMetrics } from './sweeper.js';

/**
 * Glossary. *Sweep*: one round of removing what has expired. *Lag*: how long the oldest thing
 * removed had been expired. *Signal*: word that a loop need not wait for its next look.
 */
@Global()
@Module({ providers: [Sweeper, SweepMetrics], exports: [Sweeper] })
export class SchedulingModule {}
