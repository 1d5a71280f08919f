import { Injectable } from '@nestjs/common';
import { type CallResult, OutgoingCalls } from '../../../../core/outgoing/index.js';
import type { MessageAttributes, ServiceAccount } from '../../provider/provider-options.js';
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
import { GoogleTokenSource, AccessTokenError } from './google-token-source.js';
import {
  googleCode,
  googleOutcome,
  thirdPartyAuthError,
  tokenFailureOutcome,
} from './google-outcome.js';

/** The most that FCM takes of a message's data, names and values, bytes. */
const maxDataBytes = 4096;

/** android, gcm and fcm: FCM HTTP v1, which took the place of the older two. */
@Injectable()
export class GoogleChannel implements PushChannel {
  readonly types = ['android', 'gcm', 'fcm'] as const;
  /** Some answers take seconds; the others must not wait for them. */
  readonly concurrency = 100;

  constructor(
    private readonly calls: OutgoingCalls,
    private readonly tokens: GoogleTokenSource,
    channels: PushChannels,
  ) {
    channels.register(this);
  }

  laneOf({ providerName, debug }: PushTarget): string {
    return `google ${String(debug)} ${providerName ?? ''}`;
  }

  /** What a token looks like is Google's to say. */
  requireTarget(): void {
    return;
  }

  async push(push: Push, context: PushContext): Promise<PushOutcome> {
    const { serviceAccount } = context.options.google;
    if (serviceAccount === undefined) {
      return unsendableOutcome('NotConfigured', 'the option fcm.service_account is not set');
    }
    if (push.message.text.length > maxDataBytes || bytesOf(dataOf(push)) > maxDataBytes) {
      const reason = `the data has more than ${String(maxDataBytes)} bytes`;
      return unsendableOutcome('MessageTooLong', reason);
    }
    try {
      return googleOutcome(await this.send(push, serviceAccount, context));
    } catch (error) {
      if (error instanceof AccessTokenError) return tokenFailureOutcome(error.result);
      throw error;
    }
  }

  /** A token that is refused is replaced once. */
  private async send(
    push: Push,
    account: ServiceAccount,
    context: PushContext,
  ): Promise<CallResult> {
    const token = await this.tokens.tokenOf(account);
    const result = await this.sendWith(token, push, account, context);
    if (result.kind === 'failed' || result.status !== 401) return result;
    if (googleCode(result.status, result.body) === thirdPartyAuthError) return result;
    this.tokens.forget(account, token);
    const renewed = await this.tokens.tokenOf(account);
    return this.sendWith(renewed, push, account, context);
  }

  private sendWith(
    token: string,
    push: Push,
    { projectId }: ServiceAccount,
    { options, attributes, signal }: PushContext,
  ): Promise<CallResult> {
    const base = options.google.endpoint.replace(/\/+$/, '');
    return this.calls.callTrusted({
      url: `${base}/v1/projects/${encodeURIComponent(projectId)}/messages:send`,
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        message: {
          token: push.target.deviceId,
          data: dataOf(push),
          ...osAttributes(attributes, push.leftSeconds),
        },
      }),
      // A success is said by the status, a failure by its code.
      needsBody: (status) => status !== 200,
      signal,
    });
  }
}

function dataOf({ message, messageId, tag }: Push): Record<string, string> {
  return { message: message.text, id: messageId, tag };
}

function bytesOf(data: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(Object.entries(data).flat().join(''));
}

function osAttributes(attributes: MessageAttributes, leftSeconds: number): object {
  const { 'fcm.title': title, 'fcm.body': body } = attributes;
  const { 'fcm.priority': priority, 'fcm.collapse_key': collapseKey } = attributes;
  const ttl = vendorTtlSeconds(attributes['fcm.ttl'], leftSeconds, maxVendorTtlSeconds.google);
  const android = {
    ttl: `${String(ttl)}s`,
    ...(priority !== undefined && { priority }),
    ...(collapseKey !== undefined && { collapse_key: collapseKey }),
  };
  const notification = {
    ...(title !== undefined && { title }),
    ...(body !== undefined && { body }),
  };
  return {
    ...(Object.keys(notification).length > 0 && { notification }),
    android,
  };
}
