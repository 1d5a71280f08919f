import { Injectable } from '@nestjs/common';
import { OutgoingSettings } from '../../../core/outgoing/index.js';
import { Log } from '../../../core/observability/index.js';
import { unsendableOutcome } from '../channel/call-outcome.js';
import { type PushContext, type PushOutcome, PushChannels } from '../channel/push-channel.js';
import { Localization } from '../localization/localization.js';
import { PushProviders } from '../provider/push-providers.js';
import type { ClaimedDelivery, DeliveryResult } from './delivery.js';
import { type Backoff, backoffMs } from '../../../core/scheduling/index.js';

/** A try has failed when it takes longer, milliseconds, whatever its timeouts are. */
const maxAttemptMs = 60_000;

/** Calls of one try, each of which may use up both timeouts: the first, and three redirects. */
const maxCalls = 4;

const attemptTimeout = new Error('it took too long');

/** Tries one delivery through its channel, by the configuration of that moment. */
@Injectable()
export class DeliveryAttempter {
  constructor(
    private readonly channels: PushChannels,
    private readonly providers: PushProviders,
    private readonly localization: Localization,
    private readonly outgoing: OutgoingSettings,
    private readonly log: Log,
  ) {}

  /**
   * Never rejects.
   * @param abort ends the try; aborted from outside when it is another node's, or this one stops
   * @returns undefined when it was ended from outside, with nothing learnt
   */
  async attempt(
    delivery: ClaimedDelivery,
    abort: AbortController,
  ): Promise<PushOutcome | undefined> {
    const { connectionTimeoutMs, socketTimeoutMs } = this.outgoing.current;
    const mostMs = Math.min(maxCalls * (connectionTimeoutMs + socketTimeoutMs), maxAttemptMs);
    const limit = setTimeout(() => {
      abort.abort(attemptTimeout);
    }, mostMs);
    const outcome = await this.pushThroughChannel(delivery, abort.signal);
    clearTimeout(limit);
    if (outcome.kind !== 'retry' || !abort.signal.aborted) return outcome;
    return abort.signal.reason === attemptTimeout ? cutOffOutcome : undefined;
  }

  private async pushThroughChannel(
    delivery: ClaimedDelivery,
    signal: AbortSignal,
  ): Promise<PushOutcome> {
    const channel = this.channels.find(delivery.type);
    if (channel === undefined) return internalErrorOutcome('no channel serves this push type here');
    if (delivery.provider !== null && !this.providers.exists(delivery.provider)) {
      // Another's credentials must not stand in for those that are gone.
      return unsendableOutcome('ProviderNotFound', 'the section of its provider was taken away');
    }
    const { event, messageId, type, deviceId, debug, language, leftMs } = delivery;
    const target = {
      ...{ type, deviceId, debug },
      providerName: delivery.provider ?? undefined,
      authorization: delivery.authorization ?? undefined,
    };
    try {
      const message = event.encode(this.localization.localize(event, language ?? undefined));
      const push = { messageId, tag: event.tag, message, target, leftSeconds: leftMs / 1000 };
      return await channel.push(push, this.contextOf(delivery, signal));
    } catch (error) {
      this.log.error({ err: error, type, messageId }, 'a try of a delivery went wrong here');
      return internalErrorOutcome('something went wrong on this server; its log says what');
    }
  }

  /** What is to be noted of a try. */
  resultOf(delivery: ClaimedDelivery, outcome: PushOutcome): DeliveryResult {
    if (outcome.kind === 'delivered') {
      return { delivery, state: 'delivered', isAttempt: true, pauseMs: 0 };
    }
    const { code } = outcome;
    const failure = { delivery, isAttempt: true, code, reason: storableReason(outcome.reason) };
    if (outcome.kind === 'failed') {
      const { endsSubscription, goneSince } = outcome;
      return { ...failure, state: 'dead', pauseMs: 0, endsSubscription, goneSince };
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
      attributes: this.providers.attributesOf(provider, delivery.event.tag),
      connectTimeoutMs: connectionTimeoutMs,
      socketTimeoutMs,
      signal,
    };
  }

  private get backoff(): Backoff {
    const initialMs = this.providers.settings.retry_initial * 1000;
    return { initialMs, factor: 2, jitter: 0.2, capMs: 60_000 };
  }
}

/** Words of others: PostgreSQL holds no NUL, and a page of them helps nobody. */
function storableReason(reason: string): string {
  return reason.replaceAll('\0', '').slice(0, 500);
}

/** The other side may have said something now and then, but not enough to come to an end. */
const cutOffOutcome: PushOutcome = {
  kind: 'retry',
  code: 'AnswerTimeout',
  reason: 'the answer came to no end',
  isProvidersFault: true,
  isTargetsFault: true,
};

function internalErrorOutcome(reason: string): PushOutcome {
  const code = 'InternalError';
  return { kind: 'retry', code, reason, isProvidersFault: false, wasAsked: false };
}
