import {
  Flag,
  type Kind,
  Nested,
  Of,
  OneOf,
  Opaque,
  OpaqueMap,
  Rest,
  Text,
  Whole,
  type WrittenMap,
} from '../../core/dto/index.js';
import { isJsonObject, scalarText } from '../../core/json/index.js';
import { filterForm, isFilter, isTag, maxTagLength, tagForm } from './domain/event-tag.js';
import { maxSubscriptionSeconds } from './provider/push.section.js';
import { type PushType, pushTypes } from './push-type.js';

const maxIdLength = 255;
const maxDeviceIdLength = 8192;
const maxHeaderLength = 4096;

/** At most 100 texts; scalars count as their text, null as absent. */
const propertiesKind: Kind<Record<string, string>> = {
  takes: 'a map of at most 100 texts of at most 1000 characters each',
  schema: {
    type: 'object',
    additionalProperties: { type: 'string', maxLength: 1000 },
    maxProperties: 100,
  },
  read(written) {
    if (!isJsonObject(written)) return undefined;
    const entries = Object.entries(written)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, scalarText(item)] as const);
    const isSound = ([name, text]: readonly [string, string | undefined]): boolean =>
      name.length <= maxIdLength && text !== undefined && text.length <= 1000;
    if (entries.length > 100 || !entries.every(isSound)) return undefined;
    return Object.fromEntries(entries) as Record<string, string>;
  },
};

/** Written as a truth value or as text; what is neither `true` nor `debug` means no. */
const debugKind: Kind<string> = {
  takes: 'true, debug or false',
  schema: { oneOf: [{ type: 'boolean' }, { type: 'string' }] },
  read: (written) =>
    typeof written === 'string' || typeof written === 'boolean' ? String(written) : undefined,
};

/** Where an event or a subscription goes. */
export class NotificationDetails {
  @OneOf(pushTypes, { mandatory: true, anyCase: true, trim: true, example: 'httpcb' })
  readonly type!: PushType;

  @Text({
    ...{ max: maxDeviceIdLength, pattern: /\S/, scalars: true },
    takes: `text of at most ${String(maxDeviceIdLength)} characters, not of blanks alone`,
    description: 'a token, an address or a user; over comet the gms_user header says it',
    example: 'http://127.0.0.1:9000/pushed',
  })
  readonly deviceId: string | undefined;

  @Of(propertiesKind)
  readonly properties: Readonly<Record<string, string>> | undefined;

  @Of(debugKind, { description: "whether the vendor's test system is asked" })
  readonly debug: string | undefined;
}

const inDetailsToo = { alsoIn: 'notificationDetails' } as const;

/** How a device is reached, beside or inside of notificationDetails. */
export class ConnectionBody {
  @Text({
    ...inDetailsToo,
    max: maxIdLength,
    accepts: (name) => name !== 'event',
    takes: 'the name of a provider, which event is not',
  })
  readonly providerName: string | undefined;

  @Text({
    ...inDetailsToo,
    ...{ max: 35, scalars: true, pattern: /^[A-Za-z0-9]{1,8}(?:[_-][A-Za-z0-9]{1,8})*$/ },
    takes: 'a language, as en_US',
    example: 'de',
  })
  readonly language: string | undefined;

  @Text({
    ...inDetailsToo,
    ...{ max: maxHeaderLength, scalars: true, pattern: /^[\x20-\x7e]+$/ },
    takes: `a header of at most ${String(maxHeaderLength)} visible ASCII characters`,
    description: 'the Authorization header of customhttp',
  })
  readonly authorization: string | undefined;

  /** The body as it was written: what an Idempotency-Key stands for. */
  @Rest()
  readonly written!: WrittenMap;
}

/** The body of POST /notification/subscription. */
export class SubscriptionBody extends ConnectionBody {
  @Text({ mandatory: true, max: maxIdLength, scalars: true, example: 'A1' })
  readonly subscriberId!: string;

  @Text({
    ...inDetailsToo,
    ...{ mandatory: true, scalars: true, accepts: isFilter },
    takes: `${filterForm}, at most ${String(maxTagLength)} characters`,
    example: 'ors.context.*',
  })
  readonly filter!: string;

  @Whole({
    ...inDetailsToo,
    ...{ min: 1, max: maxSubscriptionSeconds, digits: /^\s*\d{1,10}\s*$/ },
    takes: `whole seconds from 1 to ${String(maxSubscriptionSeconds)}`,
    example: 30,
  })
  readonly expire: number | undefined;

  @Nested(() => NotificationDetails, { mandatory: true, takes: 'a map with type and deviceId' })
  readonly notificationDetails!: NotificationDetails;
}

/** The body of POST /notification/publish. */
export class EventBody extends ConnectionBody {
  @Text({
    ...{ mandatory: true, scalars: true, accepts: isTag },
    takes: `${tagForm}, at most ${String(maxTagLength)} characters`,
    example: 'ors.context.123456',
  })
  readonly tag!: string;

  @OneOf(['string', 'localizestring'], { anyCase: true, takes: 'string or localizestring' })
  readonly mediaType: 'string' | 'localizestring' | undefined;

  @OpaqueMap({ description: 'what the variables of a localized text stand for' })
  readonly locArgs: WrittenMap | undefined;

  @Opaque({ description: 'a text is sent as it is, all else as its JSON' })
  readonly message: unknown;

  @Nested(() => NotificationDetails, { takes: 'a map with type and deviceId' })
  readonly notificationDetails: NotificationDetails | undefined;
}

const limit = {
  ...{ min: 1, max: 1000, digits: /^\d{1,9}$/ },
  description: 'how many at most',
  example: 100,
};

/** The query of GET /notification/subscription. */
export class SubscriptionsQuery {
  @Whole(limit)
  readonly limit: number = 100;

  @Text({ accepts: (text) => !text.includes('\0'), takes: 'one subscriber', example: 'A1' })
  readonly subscriberId: string | undefined;
}

const uuid = {
  pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  takes: 'a UUID',
  example: '39a98e24-b03b-4191-b756-1efe8f3b16b8',
};

const tagQuery = { accepts: isTag, takes: tagForm, example: 'ors.context.123456' };

export const deliveryStates = ['pending', 'delivered', 'dead', 'expired'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** The query of GET /notification/deliveries. */
export class DeliveriesQuery {
  @Whole(limit)
  readonly limit: number = 100;

  @Text(uuid)
  readonly event: string | undefined;

  @Text(uuid)
  readonly subscription: string | undefined;

  @Text(tagQuery)
  readonly tag: string | undefined;

  @OneOf(pushTypes, { anyCase: true, example: 'httpcb' })
  readonly type: PushType | undefined;

  @OneOf(deliveryStates, { anyCase: true, example: 'dead' })
  readonly state: DeliveryState | undefined;
}

/** The query of GET …/admin/push/explain. */
export class ExplainQuery {
  @Text({ ...tagQuery, mandatory: true })
  readonly tag!: string;

  @Text({ takes: 'the name of a provider', example: 'SalesApp' })
  readonly provider: string | undefined;

  @Flag({ description: "whether the vendor's test system is asked", example: false })
  readonly debug: boolean = false;
}
