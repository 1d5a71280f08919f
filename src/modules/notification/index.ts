export {
  type Push,
  type PushChannel,
  type PushContext,
  type PushOutcome,
  type PushTarget,
  PushChannels,
} from './channel/push-channel.js';
export { NotificationModule } from './notification.module.js';
export type { NewEvent } from './event.js';
export { PublishService } from './publish/publish.service.js';
