export {
  type CallFailure,
  type CallResult,
  failureCodeOf,
  failureReasonOf,
} from './call-result.js';
export { maxUrlLength } from './forbidden-targets.js';
export {
  HostResolver,
  type HostAddress,
  requireTrustedTarget,
  trustedLookup,
} from './host-resolver.js';
export { maxBodyBytes, OutgoingCalls, type OutgoingCall } from './outgoing-calls.js';
export { OutgoingModule } from './outgoing.module.js';
export { type OutgoingSettingsSnapshot, OutgoingSettings } from './outgoing-settings.js';
