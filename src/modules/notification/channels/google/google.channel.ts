import { Injectable } from '@nestjs/common';
import { type CallResult, OutgoingCalls } from '../../../../core/outgoing/index.js';
import type { MessageAttributes, ServiceAccount } from '../../providers/provider-options.js';
import { unsendable } from '../call-outcome.js';
import type { Push, PushChannel, PushContext, PushOutcome, PushTarget } from '../push-channel.js';
import { PushChannels } from '../push-channels.js';
import { longestKept } from '../../providers/attribute-types.js';
import { keptSeconds } from '../kept-seconds.js';
import { AccessTokens, NoAccessToken } from './access-tokens.js';
import { googleCode, googleOutcome, otherCredential, tokenOutcome } from './google-outcome.js';

/** The most that FCM takes of a message's data, names and values, bytes. */
const mostDataBytes = 4096;

/** android, gcm and fcm: FCM HTTP v1, which took the place of the older two. */
@Injectable()
export class GoogleChannel implements PushChannel {
  readonly types = ['android', 'gcm', 'fcm'] as const;
  /** Some answers take seconds; the others must not wait for them. */
  readonly concurrency = 100;

  constructor(
    private readonly calls: OutgoingCalls,
    private readonly tokens: AccessTokens,
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
      return unsendable('NotConfigured', 'the option fcm.service_account is not set');
    }
    if (push.message.text.length > mostDataBytes || bytesOf(dataOf(push)) > mostDataBytes) {
      const reason = `the data has more than ${String(mostDataBytes)} bytes`;
      return unsendable('MessageTooLong', reason);
    }
    try {
      return googleOutcome(await this.send(push, serviceAccount, context));
    } catch (error) {
      if (error instanceof NoAccessToken) return tokenOutcome(error.result);
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
    if (googleCode(result.status, result.body) === otherCredential) return result;
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
    return this.calls.trusted({
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
      wantsBody: (status) => status !== 200,
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
  const ttl = keptSeconds(attributes['fcm.ttl'], leftSeconds, longestKept.google);
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
