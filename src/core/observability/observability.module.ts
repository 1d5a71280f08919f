import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { RefusalNotifier } from './refusal.js';

/**
 * Glossary. *Log*: what a node says line by line; opened by whoever boots, who has things to say
 * before there is a module. *Metric*: what it tells Prometheus when asked. *Failure throttle*: says
 * once that repeated work fails, and once that it works again.
 */
@Global()
@Module({
  providers: [Metrics, RefusalNotifier],
  exports: [Metrics, RefusalNotifier],
})
export class ObservabilityModule {}
