import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Internal } from '../../core/identity/index.js';
import { DtoBody, GmsUser, KnownQuery } from '../edge/index.js';
import { DeliveriesService } from './delivery/delivery.service.js';
import type { DeliveryAnswer } from './delivery/delivery.dto.js';
import { readIdempotencyKey } from './idempotency.js';
import {
  DeliveriesQuery,
  EventBody,
  SubscriptionBody,
  SubscriptionsQuery,
} from './notification.dto.js';
import {
  ApiListDeliveries,
  ApiListSubscriptions,
  ApiPublish,
  ApiReadSubscription,
  ApiSubscribe,
  ApiUnsubscribe,
  ApiUnsubscribeAll,
} from './notification.openapi.js';
import { newEventOf } from './publish/new-event.js';
import { PublishService } from './publish/publish.service.js';
import { newSubscriptionOf } from './subscription/new-subscription.js';
import type { SubscriptionAnswer, SubscriptionId } from './subscription/subscription.dto.js';
import { SubscriptionsService } from './subscription/subscription.service.js';

/** Notification API. Routes with a literal segment stand first: a literal wins over a parameter. */
@ApiTags('Notification')
@Internal('Integration', 'Supervisor')
@Controller('genesys/1/notification')
export class NotificationController {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly publishing: PublishService,
    private readonly deliveries: DeliveriesService,
    private readonly policy: AccessPolicy,
  ) {}

  @Post('subscription')
  @HttpCode(200)
  @ApiSubscribe()
  async subscribe(
    @DtoBody() body: SubscriptionBody,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<SubscriptionId> {
    const subscription = newSubscriptionOf(body, user);
    const key = readIdempotencyKey(request, this.policy.callerOf(request), user, body.written);
    const id = await this.subscriptions.subscribe(subscription, key);
    return { id };
  }

  @Get('subscription')
  @KnownQuery(SubscriptionsQuery)
  @ApiListSubscriptions()
  async list(@Query() { limit, subscriberId }: SubscriptionsQuery): Promise<SubscriptionAnswer[]> {
    return this.subscriptions.list(limit, subscriberId);
  }

  @Delete('subscription/subscriber/:subscriberId')
  @ApiUnsubscribeAll()
  async unsubscribeAll(@Param('subscriberId') subscriberId: string): Promise<void> {
    await this.subscriptions.removeAllOf(subscriberId);
  }

  @Get('subscription/:id')
  @KnownQuery()
  @ApiReadSubscription()
  async read(@Param('id') id: string): Promise<SubscriptionAnswer> {
    return this.subscriptions.read(id);
  }

  @Delete('subscription/:id')
  @ApiUnsubscribe()
  async unsubscribe(@Param('id') id: string): Promise<void> {
    await this.subscriptions.remove(id);
  }

  @Post('publish')
  @HttpCode(200)
  @ApiPublish()
  async publish(
    @DtoBody() body: EventBody,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<void> {
    const key = readIdempotencyKey(request, this.policy.callerOf(request), user, body.written);
    await this.publishing.publish(newEventOf(body), key);
  }

  @Get('deliveries')
  @KnownQuery(DeliveriesQuery)
  @ApiListDeliveries()
  async listDeliveries(@Query() query: DeliveriesQuery): Promise<DeliveryAnswer[]> {
    return this.deliveries.list(query);
  }
}
