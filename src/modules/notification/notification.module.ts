import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CometdModule } from '../cometd/index.js';
import { OptionsModule } from '../options/index.js';
import { AppleChannel } from './channel/apple/apple.channel.js';
import { ProviderTokenRepository } from './channel/apple/provider-token.repository.js';
import { AppleTokenSource } from './channel/apple/apple-token-source.js';
import { CustomHttpChannel } from './channel/custom-http.channel.js';
import { GoogleTokenSource } from './channel/google/google-token-source.js';
import { GoogleChannel } from './channel/google/google.channel.js';
import { HttpCallbackChannel } from './channel/http-callback.channel.js';
import { PushChannels } from './channel/push-channel.js';
import { VapidTokens } from './channel/webpush/vapid-tokens.js';
import { WebPushChannel } from './channel/webpush/web-push.channel.js';
import { DeliveriesService } from './delivery/delivery.service.js';
import { DeliveryAttempter } from './delivery/delivery-attempter.js';
import { DeliveryListRepository } from './delivery/delivery-list.repository.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { DeliveryWorker } from './delivery/delivery.worker.js';
import { DeliveryDispatcher } from './delivery/delivery-dispatcher.js';
import { FirstAttemptNotifier } from './delivery/first-attempt-notifier.js';
import { PushMetrics } from './delivery/push-metrics.js';
import { PushSweep } from './push.sweep.js';
import { DeliveryResultWriter } from './delivery/delivery-result-writer.js';
import { Localization } from './localization/localization.js';
import { LocalizationRepository } from './localization/localization.repository.js';
import { LocalizationService } from './localization/localization.service.js';
import { LocalizationSource } from './localization/localization-source.js';
import { NotificationController } from './notification.controller.js';
import { PushAdminController } from './push-admin.controller.js';
import { PushExplanation } from './provider/push-explanation.js';
import { PushProviders } from './provider/push-providers.js';
import { CometPublishRepository } from './publish/comet-publish.repository.js';
import { EventRepository } from './publish/event.repository.js';
import { PublishService } from './publish/publish.service.js';
import { EventStore } from './publish/event-store.js';
import { Publisher } from './publish/publisher.js';
import { SubscriptionRepository } from './subscription/subscription.repository.js';
import { SubscriptionsService } from './subscription/subscription.service.js';
import { DeliveryEntity } from './delivery/delivery.entity.js';
import { LedgerEntity } from './delivery/ledger.entity.js';
import { LocalizationEntity } from './localization/localization.entity.js';
import { ProviderTokenEntity } from './channel/apple/provider-token.entity.js';
import { EventEntity } from './publish/event.entity.js';
import { SubscriptionEntity } from './subscription/subscription.entity.js';

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
    AppleTokenSource,
    AppleChannel,
    GoogleTokenSource,
    GoogleChannel,
    SubscriptionRepository,
    SubscriptionsService,
    EventRepository,
    CometPublishRepository,
    DeliveryRepository,
    DeliveryListRepository,
    PushMetrics,
    DeliveryResultWriter,
    DeliveryAttempter,
    DeliveryDispatcher,
    FirstAttemptNotifier,
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
