import { Injectable } from '@nestjs/common';
import type { MessageAttributes, ProviderOptions } from '../provider/provider-options.js';
import type { PushType } from '../push-type.js';

/** A text as it goes out, encoded once for however many it goes to. */
export class EncodedText {
  private utf8: Buffer | undefined;
  private quoted: Buffer | undefined;

  constructor(readonly text: string) {}

  /** In UTF-8. */
  get bytes(): Buffer {
    return (this.utf8 ??= Buffer.from(this.text));
  }

  /** As a JSON string, in UTF-8. */
  get json(): Buffer {
    return (this.quoted ??= Buffer.from(JSON.stringify(this.text)));
  }
}

/** The channels of this server. Orchestration registers the one of orscb. */
@Injectable()
export class PushChannels {
  private readonly byType = new Map<PushType, PushChannel>();

  /** @throws Error when one of its types has a channel */
  register(channel: PushChannel): void {
    for (const type of channel.types) {
      if (this.byType.has(type)) throw new Error(`push type ${type} has a channel already`);
      this.byType.set(type, channel);
    }
  }

  /** undefined for a type that nobody has registered, and for comet, which is mail, not a call. */
  find(type: PushType): PushChannel | undefined {
    return this.byType.get(type);
  }
}

/** Where a message goes. */
export interface PushTarget {
  readonly type: PushType;
  /** A device token, a URL, a browser's subscription as JSON, an orchestration session. */
  readonly deviceId: string;
  /** Names the section `push.provider.<name>`; undefined: the options of section `push`. */
  readonly providerName: string | undefined;
  /** Whether the provider's debug connection is wanted. */
  readonly debug: boolean;
  /** Sent on by customhttp as the `Authorization` header. */
  readonly authorization: string | undefined;
}

/** One message on its way to one target. */
export interface Push {
  /** 32 hexadecimal digits, the same at every try. */
  readonly messageId: string;
  readonly tag: string;
  /** In the language of the subscription. */
  readonly message: EncodedText;
  readonly target: PushTarget;
  /** What is left of the subscription, seconds. */
  readonly leftSeconds: number;
}

/** What a try goes by, as the configuration has it at that moment. */
export interface PushContext {
  readonly options: ProviderOptions;
  readonly attributes: MessageAttributes;
  /** `gms.http.connection_timeout` and `gms.http.socket_timeout`, milliseconds. */
  readonly connectTimeoutMs: number;
  readonly socketTimeoutMs: number;
  /** Aborted when the node stops, or the try has taken too long. */
  readonly signal: AbortSignal;
}

/**
 * How a try ended. *delivered*: the other side took the message. *retry*: it may heal (network,
 * 5xx, 429). *failed*: no further try can help.
 */
export type PushOutcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      /** Short and stable, as `ServiceUnavailable`, `ConnectionRefused`. */
      readonly code: string;
      /** In words, for operators; no secret, no token. */
      readonly reason: string;
      /** What the other side asked to wait (Retry-After), milliseconds. */
      readonly afterMs?: number;
      /** Whether that is asked of everybody who sends to this provider, not for this one device. */
      readonly pausesProvider?: boolean;
      /** Whether the breaker counts it: the provider, not this one device, is in trouble. */
      readonly isProvidersFault: boolean;
      /**
       * Whether the one target may be at fault alone: then, where it has a breaker, that counts it.
       */
      readonly isTargetsFault?: boolean;
      /** false: it failed before anybody was asked, which tells nothing of the provider. */
      readonly wasAsked?: false;
    }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly reason: string;
      /** Whether the device is gone for good, so that its subscription ends with this reason. */
      readonly endsSubscription: boolean;
      /** Since when the device is gone, milliseconds since 1970: what subscribed later stays. */
      readonly goneSince?: number;
      /** false: it failed before anybody was asked, which tells nothing of the provider. */
      readonly wasAsked?: false;
    };

/**
 * Port: a way to devices. One behaviour suite runs against all (docs/architecture.md, The ladder).
 */
export interface PushChannel {
  readonly types: readonly PushType[];
  /**
   * What the breaker and the bounds on concurrency count by: one credential, or for callbacks and
   * web push one target host. At most 300 characters.
   */
  laneOf(target: PushTarget): string;
  /**
   * Whether each device of a lane may be in trouble by itself, as URLs of one host may. Then it has
   * a share of the lane's concurrency and a breaker of its own.
   */
  readonly hasTargets?: boolean;
  /** How many tries of one lane may be under way at once on one node. */
  readonly concurrency: number;
  /**
   * Refuses at subscription what can never be delivered to.
   * @throws DomainError InvalidParameter naming `deviceId`
   */
  requireTarget(target: PushTarget): void;
  /** Makes one try. Never throws for what the other side does. */
  push(push: Push, context: PushContext): Promise<PushOutcome>;
}
