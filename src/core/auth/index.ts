export { AccessGuard, declaredAccess } from './access.guard.js';
export { Administration, AlwaysOpen, Internal, Public, roles } from './access.js';
export type { Access, AccessClass, Role } from './access.js';
export { AccessPolicy } from './access-policy.js';
export type { Caller } from './access-policy.js';
export {
  AddressBlocks,
  canonicalAddress,
  isAddressBlock,
  isLoopback,
  networkOf,
} from './addresses.js';
export { forwardedClient } from './forwarded-for.js';
export { namesOwnServer, ownVia } from './own-mark.js';
export { requireSingleHeaders } from './request-headers.js';
export type { Arrival, Sender, SenderKey } from './sender.js';
