export type { CallFailure, CallResult } from './call-result.js';
export { failureOf, failureReasonOf } from './call-result.js';
export { longestUrl } from './forbidden-targets.js';
export { HostLookup, type HostAddress } from './host-lookup.js';
export { OutgoingCalls, type OutgoingCall } from './outgoing-calls.js';
export { OutgoingModule } from './outgoing.module.js';
export { type OutgoingFacts, OutgoingSettings } from './outgoing-settings.js';
export { retryAfterMs } from './retry-after.js';
export { signatureOf } from './signature.js';
