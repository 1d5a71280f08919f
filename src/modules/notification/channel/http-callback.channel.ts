import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../../core/errors/index.js';
import { maxUrlLength, OutgoingCalls, OutgoingSettings } from '../../../core/outgoing/index.js';
import { refusedOutcome, unansweredOutcome } from './call-outcome.js';
import {
  type Push,
  type PushChannel,
  type PushContext,
  type PushOutcome,
  type PushTarget,
  PushChannels,
} from './push-channel.js';

const signatureHeader = 'X-GMS-Signature';

/** What tells that a whole host is away; all else may be due to the one URL. */
const hostFailureCodes = new Set([
  ...['NameNotFound', 'ConnectTimeout', 'ConnectionRefused', 'CertificateInvalid', 'TlsFailed'],
]);

/** httpcb: the bare message is posted to the URL that the device id is; only 200 is success. */
@Injectable()
export class HttpCallbackChannel implements PushChannel {
  readonly types = ['httpcb'] as const;
  readonly hasTargets = true;

  constructor(
    private readonly calls: OutgoingCalls,
    private readonly settings: OutgoingSettings,
    channels: PushChannels,
  ) {
    channels.register(this);
  }

  get concurrency(): number {
    return this.settings.current.maxConnectionsPerRoute;
  }

  laneOf({ deviceId }: PushTarget): string {
    return `callback ${new URL(deviceId.trim()).origin}`;
  }

  requireTarget({ deviceId }: PushTarget): void {
    const why =
      deviceId.length > maxUrlLength
        ? `is longer than ${String(maxUrlLength)} characters`
        : this.calls.forbiddenReason(deviceId.trim());
    if (why === undefined) return;
    throw invalidParameter(
      'notificationDetails.deviceId',
      `an http or https URL that may be called; this one ${why}`,
    );
  }

  async push(
    { messageId, tag, message, target }: Push,
    context: PushContext,
  ): Promise<PushOutcome> {
    const { secret } = context.options.httpCallback;
    const result = await this.calls.callGuarded({
      url: target.deviceId.trim(),
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain;charset=UTF-8',
        'X-GMS-Message-Id': messageId,
        'X-GMS-Tag': tag,
        ...(secret === undefined ? {} : { [signatureHeader]: signBody(message.bytes, secret) }),
      },
      secretHeaders: [signatureHeader],
      body: message.bytes,
      signal: context.signal,
    });
    if (result.kind === 'failed') return blameTarget(unansweredOutcome(result));
    if (result.status === 200) return { kind: 'delivered' };
    return blameTarget(refusedOutcome(result.status, result.headers));
  }
}

/** One URL that fails must not bring all others of its host to a halt. */
function blameTarget(outcome: PushOutcome): PushOutcome {
  if (outcome.kind !== 'retry' || hostFailureCodes.has(outcome.code)) return outcome;
  return { ...outcome, isTargetsFault: true };
}

/** `sha256=<hexadecimal>`: the HMAC of a body, by which its receiver knows who sent it. */
export function signBody(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
