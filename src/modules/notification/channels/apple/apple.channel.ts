import { createHash } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { failureOf, failureReasonOf } from '../../../../core/outgoing/index.js';
import type { AppleOptions } from '../../providers/provider-options.js';
import { unsendable } from '../call-outcome.js';
import type { Push, PushChannel, PushContext, PushOutcome, PushTarget } from '../push-channel.js';
import { PushChannels } from '../push-channels.js';
import { longestKept } from '../../providers/attribute-types.js';
import { keptSeconds } from '../kept-seconds.js';
import { type AppleAnswer, AppleConnection } from './apple-connection.js';
import { appleOutcome, reasonOf } from './apple-outcome.js';
import { type ApplePayload, applePayload, mostPayloadBytes } from './apple-payload.js';
import { ProviderTokens, type SigningKey } from './provider-tokens.js';

/** Connections to more credentials than that are closed, the oldest first. */
const mostConnections = 100;

/** ios: APNs over HTTP/2, by token or by certificate. */
@Injectable()
export class AppleChannel implements PushChannel, OnModuleDestroy {
  readonly types = ['ios'] as const;
  /** APNs takes some hundred streams on one connection. */
  readonly concurrency = 100;
  private readonly connections = new Map<string, AppleConnection>();

  constructor(
    private readonly tokens: ProviderTokens,
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
      const reason = `the payload has more than ${String(mostPayloadBytes)} bytes`;
      return unsendable('PayloadTooLarge', reason);
    }
    const key = signingKeyOf(apple);
    if ((key === undefined && apple.certificate === undefined) || apple.topic === undefined) {
      const reason = 'the options apple.topic and apple.key or apple.certificate are not set';
      return unsendable('NotConfigured', reason);
    }
    try {
      return appleOutcome(await this.send(push, payload, key, context));
    } catch (error) {
      const code = failureOf(error);
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
      this.makeRoom();
      this.connections.set(name, connection);
    }
    return connection;
  }

  private makeRoom(): void {
    const [oldest] = this.connections;
    if (this.connections.size < mostConnections || oldest === undefined) return;
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
  const kept = keptSeconds(attributes['apple.expiration'], leftSeconds, longestKept.apple);
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
