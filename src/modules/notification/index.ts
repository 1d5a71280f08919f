export type {
  Push,
  PushChannel,
  PushContext,
  PushOutcome,
  PushTarget,
} from './channels/push-channel.js';
export { PushChannels } from './channels/push-channels.js';
export { NotificationModule } from './notification.module.js';
export type { NewEvent } from './publish/event.js';
export { PublishService } from './publish/publish.service.js';
