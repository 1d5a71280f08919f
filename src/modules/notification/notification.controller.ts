import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessPolicy, Internal } from '../../core/identity/index.js';
import { GmsUser, JsonBody, KnownQuery } from '../edge/index.js';
import { DeliveriesService } from './delivery/delivery.service.js';
import type { DeliveryAnswer } from './delivery/delivery.js';
import { readIdempotencyKey } from './idempotency.js';
import { anyObject, newEventOf, newSubscriptionOf } from './notification.dto.js';
import {
  ApiListDeliveries,
  ApiListSubscriptions,
  ApiPublish,
  ApiReadSubscription,
  ApiSubscribe,
  ApiUnsubscribe,
  ApiUnsubscribeAll,
} from './notification.openapi.js';
import { readDeliveryQuery, readLimit, readSubscriber } from './notification.query.js';
import { PublishService } from './publish/publish.service.js';
import type { SubscriptionAnswer } from './subscription/subscription.js';
import { SubscriptionsService } from './subscription/subscription.service.js';

type Body = Readonly<Record<string, unknown>>;
type QueryParameters = Readonly<Record<string, unknown>>;

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
    @JsonBody(anyObject) body: Body,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<{ id: string }> {
    const subscription = newSubscriptionOf(body, user);
    const key = readIdempotencyKey(request, this.policy.callerOf(request), user, body);
    const id = await this.subscriptions.subscribe(subscription, key);
    return { id };
  }

  @Get('subscription')
  @KnownQuery('limit', 'subscriberId')
  @ApiListSubscriptions()
  async list(@Query() query: QueryParameters): Promise<SubscriptionAnswer[]> {
    return this.subscriptions.list(readLimit(query), readSubscriber(query));
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
    @JsonBody(anyObject) body: Body,
    @GmsUser() user: string | undefined,
    @Req() request: Request,
  ): Promise<void> {
    const key = readIdempotencyKey(request, this.policy.callerOf(request), user, body);
    await this.publishing.publish(newEventOf(body), key);
  }

  @Get('deliveries')
  @KnownQuery('limit', 'event', 'subscription', 'tag', 'type', 'state')
  @ApiListDeliveries()
  async listDeliveries(@Query() query: QueryParameters): Promise<DeliveryAnswer[]> {
    return this.deliveries.list(readDeliveryQuery(query));
  }
}
