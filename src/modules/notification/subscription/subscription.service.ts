import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { requireStorable } from '../../../core/http/body/index.js';
import { PushChannels } from '../channel/push-channel.js';
import { requireDestination } from './require-destination.js';
import { idempotencyKeyReused, subscriptionNotFound } from '../notification.errors.js';
import { PushProviders } from '../provider/push-providers.js';
import { maskDeviceId } from '../push-type.js';
import type { SubscriptionAnswer } from './subscription.dto.js';
import type { NewSubscription } from './subscription.js';
import { SubscriptionRepository, type SubscriptionRow } from './subscription.repository.js';
import type { IdempotencyKey } from '../idempotency.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Who wants to hear of what (docs/compatibility.md, Subscription). */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly repository: SubscriptionRepository,
    private readonly channels: PushChannels,
    private readonly providers: PushProviders,
  ) {}

  /**
   * @param key the `Idempotency-Key` of the call: its repeat makes nothing and has the same answer
   * @throws DomainError InvalidParameter, MissingParameter, PushTypeNotEnabled,
   *   IdempotencyKeyReused
   */
  async subscribe(subscription: NewSubscription, key: IdempotencyKey | undefined): Promise<string> {
    const lane = requireDestination(this.channels, this.providers, subscription);
    const expire = subscription.expire ?? this.providers.settings.defaultSubscriptionExpiration;
    const asked = { ...subscription, expire };
    const id = await this.repository.create(randomUUID(), asked, lane, key);
    if (id === undefined) throw idempotencyKeyReused();
    return id;
  }

  /** @throws DomainError SubscriptionNotFound */
  async remove(id: string): Promise<void> {
    if (!uuid.test(id) || !(await this.repository.remove(id))) throw subscriptionNotFound(id);
  }

  /**
   * Ends all subscriptions of a subscriber, of which there may be none.
   * @throws DomainError InvalidText
   */
  async removeAllOf(subscriberId: string): Promise<void> {
    requireStorable('subscriberId', subscriberId);
    await this.repository.removeAllOf(subscriberId);
  }

  /** @throws DomainError SubscriptionNotFound */
  async read(id: string): Promise<SubscriptionAnswer> {
    const row = uuid.test(id) ? await this.repository.find(id) : undefined;
    if (row === undefined) throw subscriptionNotFound(id);
    return answerOf(row);
  }

  /** The newest first, ended ones too for a day. */
  async list(limit: number, subscriberId: string | undefined): Promise<SubscriptionAnswer[]> {
    return (await this.repository.list(limit, subscriberId)).map(answerOf);
  }
}

function answerOf(row: SubscriptionRow): SubscriptionAnswer {
  const { provider, createdAt, expiresAt, ...same } = row;
  return {
    ...same,
    deviceId: maskDeviceId(row.type, row.deviceId),
    providerName: provider,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    state: row.endCode === null ? 'active' : 'ended',
  };
}
