export { CometMail } from './comet-mail.js';
export { CometdModule } from './cometd.module.js';
export { declareCometd, mountCometd } from './mount-cometd.js';
export type { NewMail } from './new-mail.js';
export { CometServiceChannels } from './service-channels.js';
export type { ServiceHandler } from './service-channels.js';
export { CometSessionLife } from './session-life.js';
export type { SessionEnd, SessionListener, SessionName } from './session-life.js';
