export { CometMail } from './comet-mail.js';
export type { NewMail } from './comet-mail.js';
export { CometdModule } from './cometd.module.js';
