import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { RefusalNotifier } from './refusal.js';

/**
 * Glossary. *Log*: what a node says line by line; opened by whoever boots, who has things to say
 * before there is a module. *Metric*: what it tells Prometheus when asked. *Trouble*: something
 * that fails for a while and is said once.
 */
@Global()
@Module({
  providers: [Metrics, RefusalNotifier],
  exports: [Metrics, RefusalNotifier],
})
export class ObservabilityModule {}
