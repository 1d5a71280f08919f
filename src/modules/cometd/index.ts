export { CometMail } from './delivery/comet-mail.js';
export { CometdModule } from './cometd.module.js';
export { CometdMount, declareCometd } from './transport/mount-cometd.js';
export type { NewMail } from './delivery/comet-event.repository.js';
export { CometServiceChannels, type ServiceHandler } from './session/service-channels.js';
export {
  CometSessionLife,
  type SessionEnd,
  type SessionListener,
  type SessionIdentity,
} from './session/session-life.js';
