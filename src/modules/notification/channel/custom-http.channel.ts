import { Injectable } from '@nestjs/common';
import { OutgoingCalls, OutgoingSettings } from '../../../core/outgoing/index.js';
import { refusedOutcome, unansweredOutcome, unsendableOutcome } from './call-outcome.js';
import {
  type Push,
  type PushChannel,
  type PushContext,
  type PushOutcome,
  type PushTarget,
  PushChannels,
} from './push-channel.js';

/** customhttp: device and message are posted as JSON to the operator's own push service. */
@Injectable()
export class CustomHttpChannel implements PushChannel {
  readonly types = ['customhttp'] as const;

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

  laneOf({ providerName, debug }: PushTarget): string {
    return `custom ${String(debug)} ${providerName ?? ''}`;
  }

  /** Any text may name a device to a service that we do not know. */
  requireTarget(): void {
    return;
  }

  async push(
    { messageId, tag, message, target }: Push,
    context: PushContext,
  ): Promise<PushOutcome> {
    const { url } = context.options.customHttp;
    if (url === undefined) {
      return unsendableOutcome('NotConfigured', 'the option customhttp.url is not set');
    }
    const result = await this.calls.callTrusted({
      url,
      method: 'POST',
      headers: {
        'Content-Type': 'application/json;charset=UTF-8',
        'X-GMS-Message-Id': messageId,
        'X-GMS-Tag': tag,
        ...(target.authorization === undefined ? {} : { Authorization: target.authorization }),
      },
      // The message itself, which may be large, is the same for all.
      body: [
        Buffer.from(`{"deviceId":${JSON.stringify(target.deviceId)},"message":`),
        message.json,
        Buffer.from('}'),
      ],
      signal: context.signal,
    });
    if (result.kind === 'failed') return unansweredOutcome(result);
    if (result.status >= 200 && result.status <= 299) return { kind: 'delivered' };
    return refusedOutcome(result.status, result.headers);
  }
}
