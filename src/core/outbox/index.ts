export { PermanentFailure } from './effect.js';
export type { Effect, EffectHandler, NewEffect, Retry } from './effect.js';
export { Outbox } from './outbox.js';
export { OutboxModule } from './outbox.module.js';
