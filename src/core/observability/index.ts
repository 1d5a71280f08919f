export {
  type Collect,
  type SetValue,
  type CounterMetric,
  type HistogramMetric,
  Metrics,
} from './metrics.js';
export { Log, openLog } from './log.js';
export { NestLog } from './nest-log.js';
export { ObservabilityModule } from './observability.module.js';
export { RequestObserver } from './request-observer.js';
export { plainText } from './redact.js';
export { type Refusable, type RefusedRequest, RefusalNotifier } from './refusal.js';
export { RequestObservation } from './request-observation.js';
export { FailureThrottle } from './failure-throttle.js';
export { AdaptiveCache } from './adaptive-cache.js';
