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
