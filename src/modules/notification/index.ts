export { PushChannels } from './channels/push-channels.js';
export { NotificationModule } from './notification.module.js';
