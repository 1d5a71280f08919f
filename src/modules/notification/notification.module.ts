import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CometdModule } from '../cometd/index.js';
import { OptionsModule } from '../options/index.js';
import { AppleChannel } from './channels/apple/apple.channel.js';
import { ProviderTokenRepository } from './channels/apple/provider-token.repository.js';
import { ProviderTokens } from './channels/apple/provider-tokens.js';
import { CustomHttpChannel } from './channels/custom-http.channel.js';
import { AccessTokens } from './channels/google/access-tokens.js';
import { GoogleChannel } from './channels/google/google.channel.js';
import { HttpCallbackChannel } from './channels/http-callback.channel.js';
import { PushChannels } from './channels/push-channels.js';
import { VapidTokens } from './channels/webpush/vapid-tokens.js';
import { WebPushChannel } from './channels/webpush/web-push.channel.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { DeliveryAttempt } from './deliveries/delivery-attempt.js';
import { DeliveryListRepository } from './deliveries/delivery-list.repository.js';
import { DeliveryRepository } from './deliveries/delivery.repository.js';
import { DeliveryWorker } from './deliveries/delivery-worker.js';
import { Dispatcher } from './deliveries/dispatcher.js';
import { FirstTries } from './deliveries/first-tries.js';
import { PushMetrics } from './deliveries/push-metrics.js';
import { PushSweep } from './deliveries/push.sweep.js';
import { Settlements } from './deliveries/settlements.js';
import { Localization } from './localization/localization.js';
import { LocalizationRepository } from './localization/localization.repository.js';
import { LocalizationService } from './localization/localization.service.js';
import { LocalizationSource } from './localization/localization-source.js';
import { NotificationController } from './notification.controller.js';
import { PushAdminController } from './push-admin.controller.js';
import { PushExplanation } from './providers/explanation.js';
import { PushProviders } from './providers/push-providers.js';
import { CometEventsRepository } from './publish/comet-events.repository.js';
import { EventRepository } from './publish/event.repository.js';
import { PublishService } from './publish/publish.service.js';
import { EventStore } from './publish/event-store.js';
import { Publisher } from './publish/publisher.js';
import { SubscriptionRepository } from './subscriptions/subscription.repository.js';
import { SubscriptionsService } from './subscriptions/subscriptions.service.js';
import { DeliveryEntity } from './deliveries/delivery.entity.js';
import { LedgerEntity } from './deliveries/ledger.entity.js';
import { LocalizationEntity } from './localization/localization.entity.js';
import { ProviderTokenEntity } from './providers/provider-token.entity.js';
import { EventEntity } from './publish/event.entity.js';
import { SubscriptionEntity } from './subscriptions/subscription.entity.js';

/**
 * Glossary. *Event*: a message with a tag, published to whom it may concern. *Filter*: the tags a
 * subscription is about. *Target*: a device and the way to it. *Delivery*: one event for one target.
 * *Attempt*: one try of a delivery. *Lane*: deliveries that share a provider, and with it bounds and
 * a breaker. *Ledger*: what was accepted and what became of it. *Chain*: the sections that say what
 * the operating system is to show with an event.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      DeliveryEntity,
      LedgerEntity,
      LocalizationEntity,
      ProviderTokenEntity,
      EventEntity,
      SubscriptionEntity,
    ]),
    CometdModule,
    OptionsModule,
  ],
  controllers: [NotificationController, PushAdminController],
  providers: [
    PushProviders,
    PushExplanation,
    LocalizationRepository,
    LocalizationSource,
    Localization,
    LocalizationService,
    PushChannels,
    HttpCallbackChannel,
    CustomHttpChannel,
    VapidTokens,
    WebPushChannel,
    ProviderTokenRepository,
    ProviderTokens,
    AppleChannel,
    AccessTokens,
    GoogleChannel,
    SubscriptionRepository,
    SubscriptionsService,
    EventRepository,
    CometEventsRepository,
    DeliveryRepository,
    DeliveryListRepository,
    PushMetrics,
    Settlements,
    DeliveryAttempt,
    Dispatcher,
    FirstTries,
    DeliveryWorker,
    EventStore,
    Publisher,
    PublishService,
    DeliveriesService,
    PushSweep,
  ],
  exports: [PushChannels, PublishService],
})
export class NotificationModule {}
