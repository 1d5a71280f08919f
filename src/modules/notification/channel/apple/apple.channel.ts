import { createHash } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { failureCodeOf, failureReasonOf } from '../../../../core/outgoing/index.js';
import type { AppleOptions } from '../../provider/provider-options.js';
import { unsendableOutcome } from '../call-outcome.js';
import {
  type Push,
  type PushChannel,
  type PushContext,
  type PushOutcome,
  type PushTarget,
  PushChannels,
} from '../push-channel.js';
import { maxVendorTtlSeconds, vendorTtlSeconds } from '../../provider/attribute-options.js';
import { type AppleAnswer, AppleConnection } from './apple-connection.js';
import { appleOutcome, reasonOf } from './apple-outcome.js';
import { type ApplePayload, applePayload, maxPayloadBytes } from './apple-payload.js';
import { AppleTokenSource, type SigningKey } from './apple-token-source.js';

/** Connections to more credentials than that are closed, the oldest first. */
const maxConnections = 100;

/** ios: APNs over HTTP/2, by token or by certificate. */
@Injectable()
export class AppleChannel implements PushChannel, OnModuleDestroy {
  readonly types = ['ios'] as const;
  /** APNs takes some hundred streams on one connection. */
  readonly concurrency = 100;
  private readonly connections = new Map<string, AppleConnection>();

  constructor(
    private readonly tokens: AppleTokenSource,
    channels: PushChannels,
  ) {
    channels.register(this);
  }

  laneOf({ providerName, debug }: PushTarget): string {
    return `ios ${String(debug)} ${providerName ?? ''}`;
  }

  /** What a token looks like is Apple's to say. */
  requireTarget(): void {
    return;
  }

  async push(push: Push, context: PushContext): Promise<PushOutcome> {
    const { apple } = context.options;
    const payload = applePayload(push.message.text, context.attributes);
    if (payload === undefined) {
      const reason = `the payload has more than ${String(maxPayloadBytes)} bytes`;
      return unsendableOutcome('PayloadTooLarge', reason);
    }
    const key = signingKeyOf(apple);
    if ((key === undefined && apple.certificate === undefined) || apple.topic === undefined) {
      const reason = 'the options apple.topic and apple.key or apple.certificate are not set';
      return unsendableOutcome('NotConfigured', reason);
    }
    try {
      return appleOutcome(await this.send(push, payload, key, context));
    } catch (error) {
      const code = failureCodeOf(error);
      const reason = failureReasonOf(error);
      return { kind: 'retry', code, reason, isProvidersFault: code !== 'Aborted' };
    }
  }

  onModuleDestroy(): void {
    for (const connection of this.connections.values()) connection.close();
  }

  private async send(
    push: Push,
    payload: ApplePayload,
    key: SigningKey | undefined,
    context: PushContext,
  ): Promise<AppleAnswer> {
    const connection = this.connectionTo(context.options.apple, key);
    if (key === undefined) return connection.send(requestOf(push, payload, context, undefined));
    const token = await this.tokens.tokenOf(key);
    const answer = await connection.send(requestOf(push, payload, context, token));
    if (reasonOf(answer) !== 'ExpiredProviderToken') return answer;
    const renewed = await this.tokens.renew(key, token);
    return renewed === token ? answer : connection.send(requestOf(push, payload, context, renewed));
  }

  private connectionTo(apple: AppleOptions, key: SigningKey | undefined): AppleConnection {
    const credential = key ?? [apple.certificate, apple.certificatePassword].map(String).join();
    const name = createHash('sha256')
      .update(JSON.stringify([apple.host, credential]))
      .digest('hex');
    let connection = this.connections.get(name);
    if (connection === undefined) {
      const pfx = key === undefined ? apple.certificate : undefined;
      connection = new AppleConnection(
        apple.host,
        pfx && { pfx, passphrase: apple.certificatePassword },
      );
      this.evictOldest();
      this.connections.set(name, connection);
    }
    return connection;
  }

  private evictOldest(): void {
    const [oldest] = this.connections;
    if (this.connections.size < maxConnections || oldest === undefined) return;
    this.connections.delete(oldest[0]);
    oldest[1].close();
  }
}

function signingKeyOf({ key, keyId, teamId }: AppleOptions): SigningKey | undefined {
  if (key === undefined || keyId === undefined || teamId === undefined) return undefined;
  return { key, keyId, teamId };
}

function requestOf(
  { messageId, target, leftSeconds }: Push,
  { body, pushType }: ApplePayload,
  { options, attributes, connectTimeoutMs, socketTimeoutMs, signal }: PushContext,
  token: string | undefined,
) {
  const kept = vendorTtlSeconds(
    attributes['apple.expiration'],
    leftSeconds,
    maxVendorTtlSeconds.apple,
  );
  const until = kept === 0 ? 0 : Math.floor(Date.now() / 1000) + kept;
  return {
    path: `/3/device/${encodeURIComponent(target.deviceId)}`,
    headers: {
      'apns-topic': options.apple.topic ?? '',
      // The same at every try, so that Apple and the app can tell a second one.
      'apns-id': uuidOf(messageId),
      'apns-expiration': String(until),
      'apns-push-type': pushType,
      'apns-priority': pushType === 'alert' ? '10' : '5',
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `bearer ${token}` }),
    },
    body,
    ...{ connectTimeoutMs, socketTimeoutMs, signal },
  };
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
