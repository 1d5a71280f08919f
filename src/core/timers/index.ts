export { type Backoff, backoffMs } from './backoff.js';
export { Bell } from './bell.js';
export { breathe } from './breathe.js';
export { Loop } from './loop.js';
export type { SweepBatch, SweepTask } from './sweep-task.js';
export { Sweeper, type SweptTask } from './sweeper.js';
export type { DueTimer, NewTimer, TimerHandler } from './timer.js';
export { Timers } from './timers.js';
export { TimersModule } from './timers.module.js';
