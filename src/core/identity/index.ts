export { AccessGuard, declaredAccess } from './access.guard.js';
export {
  Administration,
  AlwaysOpen,
  Internal,
  Public,
  roles,
  type Access,
  type AccessClass,
  type Role,
} from './access.decorators.js';
export { AccessPolicy, type Caller } from './access-policy.js';
export {
  AddressBlocks,
  canonicalAddress,
  isAddressBlock,
  isLoopback,
  networkOf,
} from './addresses.js';
export { forwardedClient, isOwnVia, ownVia } from './forwarded-client.js';
export { requireSingleHeaders } from './single-headers.js';
export type { Arrival, Sender, SenderKey } from './sender.js';
