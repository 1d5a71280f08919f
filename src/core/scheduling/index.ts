export { type Backoff, backoffMs } from './backoff.js';
export { PollLoop } from './poll-loop.js';
export { SchedulingModule } from './scheduling.module.js';
export { Signal } from './signal.js';
export {
  pauseBetweenBatches,
  type SweepBatch,
  Sweeper,
  type SweepTask,
  type TaskSweepResult,
} from './sweeper.js';
