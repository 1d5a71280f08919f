import type { PushType } from '../push-type.js';
import type { SharedEvent } from './shared-event.js';

/** Whose lease of which delivery this is. */
export interface Claim {
  readonly seq: number;
  readonly claims: number;
}

/** Who claims, how many, and for how long. */
export interface ClaimRequest {
  readonly node: string;
  readonly maxDeliveries: number;
  readonly leaseMs: number;
}

/** A delivery that this node may try until its lease ends. */
export interface ClaimedDelivery extends Claim {
  /** 32 hexadecimal digits. */
  readonly messageId: string;
  readonly subscriptionId: string | null;
  readonly event: SharedEvent;
  readonly type: PushType;
  readonly deviceId: string;
  readonly provider: string | null;
  readonly debug: boolean;
  readonly language: string | null;
  readonly authorization: string | null;
  readonly lane: string;
  /** How many tries have failed. */
  readonly attempts: number;
  /** Milliseconds since it was accepted, and until nobody wants it any more. */
  readonly ageMs: number;
  readonly leftMs: number;
}

/** A delivery as a claim reads it. */
export type ClaimedRow = Omit<ClaimedDelivery, 'event'> & { readonly eventId: string };

/** Its columns, of a delivery `d`. The event, which may be large, is not told with each of them. */
export const claimedColumns = `
  d.seq::float8 AS seq, d.claims, replace(d.message_id::text, '-', '') AS "messageId",
  d.subscription_id AS "subscriptionId", d.event_id AS "eventId", d.type, d.device_id AS "deviceId", d.provider, d.debug, d.language,
  d.authorization_header AS "authorization", d.lane, d.attempts,
  extract(epoch FROM now() - d.created_at)::float8 * 1000 AS "ageMs",
  extract(epoch FROM d.expires_at - now())::float8 * 1000 AS "leftMs"`;

/** How a claim ended. */
export interface DeliveryResult {
  readonly delivery: Claim & Partial<Pick<ClaimedDelivery, 'subscriptionId'>>;
  readonly state: 'delivered' | 'pending' | 'dead';
  /** Whether somebody was asked to take it: what was deferred is no attempt. */
  readonly isAttempt: boolean;
  /** When a pending one is due again, milliseconds from now. */
  readonly pauseMs: number;
  /** Why it failed; undefined: it did not. */
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  /** Whether the device is gone for good. */
  readonly endsSubscription?: boolean;
  /** Since when, milliseconds since 1970; undefined: it is now. */
  readonly goneSince?: number | undefined;
}
