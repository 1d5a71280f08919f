export type { Collect, SetValue } from './collected-gauge.js';
export { Log, openLog } from './log.js';
export { type CounterMetric, type HistogramMetric, Metrics } from './metrics.js';
export { NestLog } from './nest-log.js';
export { ObservabilityModule } from './observability.module.js';
export { mountObservability } from './observe-requests.js';
export { plainText } from './plain-text.js';
export { type RefusedRequest, Refusals } from './refusals.js';
export { Trouble } from './trouble.js';
