import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EffectHandlers } from './effect-handlers.js';
import { Outbox } from './outbox.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxSweep } from './outbox.sweep.js';
import { OutboxWorker } from './outbox.worker.js';
import { OutboxEffectEntity } from './outbox-effect.entity.js';

/**
 * Glossary. *Effect*: something outside that is to happen because of a commit. *Lane*: a part of a
 * kind with workers of its own. *Try*: one run of the handler. *Lease*: until when a node has an
 * effect for itself. *Dead*: given up after too many tries, or for good reason at once.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([OutboxEffectEntity])],
  providers: [Outbox, OutboxWorker, OutboxRepository, OutboxMetrics, OutboxSweep, EffectHandlers],
  exports: [Outbox],
})
export class OutboxModule {}
