import { Injectable } from '@nestjs/common';
import { OutgoingSettings } from '../../../core/outgoing/index.js';
import { type Backoff, backoffMs } from '../../../core/timers/index.js';
import type { PushContext, PushOutcome } from '../channels/push-channel.js';
import { PushChannels } from '../channels/push-channels.js';
import { Localization } from '../localization/localization.js';
import { PushProviders } from '../providers/push-providers.js';
import type { ClaimedDelivery, Settlement } from './delivery.js';

/** A try that takes longer has failed, milliseconds, whatever its timeouts are. */
const longestTryMs = 60_000;

/** Tries one delivery through its channel, by the configuration of that moment. */
@Injectable()
export class DeliveryAttempt {
  constructor(
    private readonly channels: PushChannels,
    private readonly providers: PushProviders,
    private readonly localization: Localization,
    private readonly outgoing: OutgoingSettings,
  ) {}

  /** Never rejects. @param signal aborted when the node stops */
  async make(delivery: ClaimedDelivery, signal: AbortSignal): Promise<PushOutcome> {
    const channel = this.channels.find(delivery.type);
    if (channel === undefined) return faultOfOurs('no channel serves this push type here');
    const { tag, messageId, type, deviceId, debug, language } = delivery;
    const target = {
      ...{ type, deviceId, debug },
      providerName: delivery.provider ?? undefined,
      authorization: delivery.authorization ?? undefined,
    };
    try {
      const message = this.localization.textOf(delivery, language ?? undefined);
      const push = { messageId, tag, message, target };
      const outcome = await channel.push(push, this.contextOf(delivery, signal));
      const isCutOff = outcome.kind === 'retry' && outcome.code === 'Aborted' && !signal.aborted;
      return isCutOff ? cutOff : outcome;
    } catch (error) {
      return faultOfOurs(error instanceof Error ? error.message : String(error));
    }
  }

  /** What is to be noted of a try. */
  settlementOf(delivery: ClaimedDelivery, outcome: PushOutcome): Settlement {
    if (outcome.kind === 'delivered') {
      return { delivery, state: 'delivered', isAttempt: true, pauseMs: 0 };
    }
    const { code } = outcome;
    const failure = { delivery, isAttempt: true, code, reason: outcome.reason.slice(0, 500) };
    if (outcome.kind === 'failed') {
      const { endsSubscription } = outcome;
      return { ...failure, state: 'dead', pauseMs: 0, endsSubscription };
    }
    const failures = delivery.attempts + 1;
    if (failures >= this.providers.settings.max_attempts) {
      return { ...failure, state: 'dead', pauseMs: 0 };
    }
    const pauseMs = Math.max(backoffMs(this.backoff, failures), outcome.afterMs ?? 0);
    return { ...failure, state: 'pending', pauseMs };
  }

  private contextOf(delivery: ClaimedDelivery, signal: AbortSignal): PushContext {
    const provider = delivery.provider ?? undefined;
    const { connectionTimeoutMs, socketTimeoutMs } = this.outgoing.current;
    return {
      options: this.providers.optionsOf(provider, delivery.debug),
      attributes: this.providers.attributesOf(provider, delivery.tag),
      connectTimeoutMs: connectionTimeoutMs,
      socketTimeoutMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(longestTryMs)]),
    };
  }

  private get backoff(): Backoff {
    const initialMs = this.providers.settings.retry_initial * 1000;
    return { initialMs, factor: 2, jitter: 0.2, capMs: 60_000 };
  }
}

/** The other side may have said something now and then, but not enough to come to an end. */
const cutOff: PushOutcome = {
  kind: 'retry',
  code: 'AnswerTimeout',
  reason: `no end within ${String(longestTryMs / 1000)} s`,
  isProvidersFault: true,
};

function faultOfOurs(reason: string): PushOutcome {
  return { kind: 'retry', code: 'InternalError', reason, isProvidersFault: false };
}
