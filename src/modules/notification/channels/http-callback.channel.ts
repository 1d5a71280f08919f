import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../../core/errors/index.js';
import {
  longestUrl,
  OutgoingCalls,
  OutgoingSettings,
  signatureOf,
} from '../../../core/outgoing/index.js';
import { refusedBy, unanswered } from './call-outcome.js';
import type { Push, PushChannel, PushContext, PushOutcome, PushTarget } from './push-channel.js';
import { PushChannels } from './push-channels.js';

const signatureHeader = 'X-GMS-Signature';

/** What tells that a whole host is away; all else may be due to the one URL. */
const hostsFaults = new Set([
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
      deviceId.length > longestUrl
        ? `is longer than ${String(longestUrl)} characters`
        : this.calls.whyForbidden(deviceId.trim());
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
    const result = await this.calls.guarded({
      url: target.deviceId.trim(),
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain;charset=UTF-8',
        'X-GMS-Message-Id': messageId,
        'X-GMS-Tag': tag,
        ...(secret === undefined ? {} : { [signatureHeader]: signatureOf(message.bytes, secret) }),
      },
      secretHeaders: [signatureHeader],
      body: message.bytes,
      signal: context.signal,
    });
    if (result.kind === 'failed') return ofTarget(unanswered(result));
    if (result.status === 200) return { kind: 'delivered' };
    return ofTarget(refusedBy(result.status, result.headers));
  }
}

/** One URL that fails must not bring all others of its host to a halt. */
function ofTarget(outcome: PushOutcome): PushOutcome {
  if (outcome.kind !== 'retry' || hostsFaults.has(outcome.code)) return outcome;
  return { ...outcome, isTargetsFault: true };
}
