import { json, Operation } from '../../core/http/openapi/index.js';
import { DeliveryAnswer } from './delivery/delivery.dto.js';
import { SubscriptionAnswer, SubscriptionId } from './subscription/subscription.dto.js';

const chapter = 'gms-api-reference-8.1.1, Notification API';
const ours = 'Beyond the reference documents (docs/compatibility.md, Notification)';
const id = '39a98e24-b03b-4191-b756-1efe8f3b16b8';

const badBody = {
  '400 MissingParameter': 'notificationDetails.deviceId is mandatory',
  '400 InvalidParameter': 'expire takes whole seconds from 1 to 2147483647',
  '400 InvalidBody': 'Could not read JSON: Unexpected end of JSON input',
  '404 PushTypeNotEnabled':
    'the push type ios is not enabled; the option pushEnabled of section push lists those that are',
  '415 UnsupportedMediaType':
    'the content type text/plain is not taken here; send application/json',
};
const reused = {
  '422 IdempotencyKeyReused':
    'the Idempotency-Key came with another body before; send another key with another body',
};
const unknown = { '404 SubscriptionNotFound': `there is no subscription "${id}"` };

const subscription = {
  id,
  subscriberId: 'A1',
  filter: 'ors.context.*',
  type: 'httpcb',
  deviceId: 'http://127.0.0.1:9000/pushed',
  providerName: null,
  language: 'de',
  debug: false,
  properties: {},
  createdAt: '2026-11-25T09:30:00.000Z',
  expiresAt: '2026-11-25T09:30:30.000Z',
  state: 'active',
  endCode: null,
  endReason: null,
};

export const ApiSubscribe = (): MethodDecorator =>
  Operation({
    operationId: 'subscribe',
    summary: 'Subscribe a device to events whose tags match a filter',
    section: `${chapter}, Create subscription`,
    body: [
      json({
        subscriberId: 'A1',
        notificationDetails: { deviceId: 'http://127.0.0.1:9000/pushed', type: 'httpcb' },
        filter: 'ors.context.*',
        expire: 30,
      }),
    ],
    answer: json({ id }, SubscriptionId),
    errors: { ...badBody, ...reused },
  });

export const ApiUnsubscribe = (): MethodDecorator =>
  Operation({
    operationId: 'unsubscribe',
    summary: 'End a subscription',
    section: `${chapter}, Delete subscription`,
    path: { id },
    errors: unknown,
  });

export const ApiUnsubscribeAll = (): MethodDecorator =>
  Operation({
    operationId: 'unsubscribeAll',
    summary: 'End all subscriptions of a subscriber, of which there may be none',
    section: `${chapter}, Delete subscription for given subscriber`,
    path: { subscriberId: 'A1' },
    errors: { '400 InvalidText': 'the field subscriberId has a NUL character' },
  });

export const ApiPublish = (): MethodDecorator =>
  Operation({
    operationId: 'publishEvent',
    summary: 'Publish an event to all whose filters match its tag, or to one device',
    section: `${chapter}, Publish event`,
    body: [json({ message: 'An agent is free', tag: 'ors.context.123456' })],
    errors: {
      ...badBody,
      ...reused,
      '503 PublishFailed':
        '1 of 2 targets did not take the event; see GET /genesys/1/notification/deliveries',
    },
  });

export const ApiReadSubscription = (): MethodDecorator =>
  Operation({
    operationId: 'readSubscription',
    summary: 'One subscription',
    section: ours,
    path: { id },
    answer: json(subscription, SubscriptionAnswer),
    errors: unknown,
  });

export const ApiListSubscriptions = (): MethodDecorator =>
  Operation({
    operationId: 'listSubscriptions',
    summary: 'Subscriptions, the newest first',
    section: ours,
    answer: json([subscription], SubscriptionAnswer),
    errors: { '400 InvalidParameter': 'limit takes a whole number from 1 to 1000' },
  });

export const ApiListDeliveries = (): MethodDecorator =>
  Operation({
    operationId: 'listDeliveries',
    summary: 'What became of events, the newest first',
    section: ours,
    answer: json(
      [
        {
          messageId: '5f0c5e8a3f6e4f0f9a3b8a1f0d2c4b6e',
          event: id,
          subscription: id,
          tag: 'ors.context.123456',
          type: 'httpcb',
          deviceId: 'http://127.0.0.1:9000/pushed',
          providerName: null,
          state: 'dead',
          attempts: 1,
          code: 'Status404',
          reason: 'answered 404',
          createdAt: '2026-11-25T09:30:10.000Z',
          expiresAt: '2026-11-25T09:30:30.000Z',
          dueAt: null,
          endedAt: '2026-11-25T09:30:10.120Z',
        },
      ],
      DeliveryAnswer,
    ),
    errors: { '400 InvalidParameter': 'state takes one of pending, delivered, dead, expired' },
  });
