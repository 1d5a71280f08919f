import type { PushType } from '../push-type.js';

/** Where and how a device is reached. */
export interface Destination {
  readonly type: PushType;
  /** For comet the user. */
  readonly deviceId: string;
  /** undefined: the connection of section `push`. */
  readonly provider: string | undefined;
  readonly debug: boolean;
  readonly language: string | undefined;
  /** The `Authorization` header of customhttp. */
  readonly authorization: string | undefined;
}

/** What a subscriber wants to hear of, and where. */
export interface NewSubscription extends Destination {
  readonly subscriberId: string;
  readonly filter: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Seconds; undefined: the default of section `push`. */
  readonly expire: number | undefined;
}

/** One of GET /notification/subscription. */
export interface SubscriptionAnswer {
  readonly id: string;
  readonly subscriberId: string;
  readonly filter: string;
  readonly type: PushType;
  /** Tokens are cut short: who has one can push to the device. */
  readonly deviceId: string;
  readonly providerName: string | null;
  readonly language: string | null;
  readonly debug: boolean;
  readonly properties: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: 'active' | 'ended';
  /** Why it ended before its time, as `Unregistered`; null while it lives. */
  readonly endCode: string | null;
  readonly endReason: string | null;
}
