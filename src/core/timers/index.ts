export type { DueTimer, NewTimer, TimerHandler } from './timer.js';
export { Timers } from './timers.service.js';
export { TimersModule } from './timers.module.js';
