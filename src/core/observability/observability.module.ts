import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { Refusals } from './refusals.js';
import { RequestObservation } from './request-observation.js';

/**
 * Glossary. *Log*: what a node says line by line; opened by whoever boots, who has things to say
 * before there is a module. *Metric*: what it tells Prometheus when asked. *Trouble*: something
 * that fails for a while and is said once.
 */
@Global()
@Module({
  providers: [Metrics, Refusals, RequestObservation],
  exports: [Metrics, Refusals, RequestObservation],
})
export class ObservabilityModule {}
