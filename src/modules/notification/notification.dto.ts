import { z } from 'zod';
import { invalidParameter, missingParameter } from '../../core/errors/index.js';
import { numberTextOf, isJsonObject, numberOf, writeJson } from '../../core/json/index.js';
import { isUserName, maxUserNameLength, parseBody } from '../edge/index.js';
import { filterForm, isFilter, isTag, maxTagLength, tagForm } from './domain/event-tag.js';
import { maxSubscriptionSeconds } from './provider/push.section.js';
import { type PushType, pushTypeOf, pushTypes } from './push-type.js';
import type { NewEvent } from './event.js';
import type { Destination, NewSubscription } from './subscription/subscription.js';

const maxIdLength = 255;
const maxDeviceIdLength = 8192;
const maxHeaderLength = 4096;

/** What may be absent; clients fill templates, so it may come empty too. */
const optionalField = <Value>(takes: string, read: (value: unknown) => Value | undefined) =>
  z
    .unknown()
    .optional()
    .transform((value, context): Value | undefined => {
      if (value === undefined || value === null || value === '') return undefined;
      const found = read(value);
      if (found === undefined) context.addIssue({ code: 'custom', message: takes });
      return found;
    });

/** What must be there. */
const mandatoryField = <Value>(takes: string, read: (value: unknown) => Value | undefined) =>
  z
    .unknown()
    .optional()
    .transform((value, context): Value => {
      const isAbsent = value === undefined || value === null || value === '';
      const found = isAbsent ? undefined : read(value);
      if (found !== undefined) return found;
      context.addIssue({ code: 'custom', message: takes });
      return z.NEVER;
    });

/** A text of some form; a scalar counts as its text (conventions.md). */
const textMatching =
  (accepts: (text: string) => boolean) =>
  (value: unknown): string | undefined => {
    const text = scalarText(value);
    return text !== undefined && accepts(text) ? text : undefined;
  };

/** A number has the digits that were sent. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : numberTextOf(value);
}

const textUpTo = (most: number, pattern = /^/) =>
  textMatching((text) => text.length <= most && pattern.test(text));

const typeTakes = `takes one of ${pushTypes.join(', ')}`;
const expireTakes = `takes whole seconds from 1 to ${String(maxSubscriptionSeconds)}`;
const propertiesTake = 'takes a map of at most 100 texts of at most 1000 characters each';

const details = z.object(
  {
    type: mandatoryField(typeTakes, (value) =>
      typeof value === 'string' ? pushTypeOf(value.trim()) : undefined,
    ),
    deviceId: optionalField(
      `takes text of at most ${String(maxDeviceIdLength)} characters, not of blanks alone`,
      textUpTo(maxDeviceIdLength, /\S/),
    ),
    properties: optionalField(propertiesTake, propertiesOf),
    debug: optionalField('takes true, debug or false', (value) =>
      ['string', 'boolean'].includes(typeof value) ? String(value) : undefined,
    ),
  },
  'takes a map with type and deviceId',
);

/** What both subscriptions and events may say beside or inside notificationDetails. */
const common = {
  providerName: optionalField('takes the name of a provider, which event is not', providerOf),
  language: optionalField(
    'takes a language, as en_US',
    textUpTo(35, /^[A-Za-z0-9]{1,8}(?:[_-][A-Za-z0-9]{1,8})*$/),
  ),
  authorization: optionalField(
    `takes a header of at most ${String(maxHeaderLength)} visible ASCII characters`,
    textUpTo(maxHeaderLength, /^[\x20-\x7e]+$/),
  ),
};

const subscription = z.object({
  ...common,
  subscriberId: mandatoryField(
    `takes text of at most ${String(maxIdLength)} characters`,
    textUpTo(maxIdLength),
  ),
  filter: mandatoryField(
    `takes ${filterForm}, at most ${String(maxTagLength)} characters`,
    textMatching(isFilter),
  ),
  expire: optionalField(expireTakes, secondsOf),
  notificationDetails: details,
});

const event = z.object({
  ...common,
  tag: mandatoryField(
    `takes ${tagForm}, at most ${String(maxTagLength)} characters`,
    textMatching(isTag),
  ),
  mediaType: optionalField('takes string or localizestring', (value) =>
    typeof value === 'string'
      ? (['string', 'localizestring'] as const).find((type) => type === value.toLowerCase())
      : undefined,
  ),
  locArgs: optionalField('takes a map', mapOf),
  message: z.unknown().optional(),
  notificationDetails: details.nullish(),
});

/** The body of a call, before it is known what it holds. */
export const anyObject = z.looseObject({});

type Body = Readonly<Record<string, unknown>>;
type SubscriptionBody = z.infer<typeof subscription>;
type EventBody = z.infer<typeof event>;

/**
 * The body of POST /notification/subscription; the top level wins over notificationDetails.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function newSubscriptionOf(given: Body, user: string | undefined): NewSubscription {
  const inner = ['expire', 'filter', 'providerName', 'language', 'authorization'];
  const body: SubscriptionBody = parseBody(subscription, mergeDetails(given, inner));
  const { subscriberId, filter, expire, notificationDetails } = body;
  const { type } = notificationDetails;
  if (type === 'comet' && user === undefined) throw missingParameter('the gms_user header');
  const deviceId = type === 'comet' ? user : notificationDetails.deviceId;
  return {
    ...destinationOf(body, notificationDetails, type, deviceId),
    subscriberId,
    filter,
    expire,
    properties: notificationDetails.properties ?? {},
  };
}

/**
 * The body of POST /notification/publish.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function newEventOf(given: Body): NewEvent {
  const body: EventBody = parseBody(
    event,
    mergeDetails(given, ['providerName', 'language', 'authorization']),
  );
  const { tag, message, mediaType, locArgs, providerName, notificationDetails: to } = body;
  return {
    tag,
    message: textOf(message),
    isLocalized: mediaType === 'localizestring',
    arguments: locArgs ?? {},
    provider: providerName,
    target: to ? destinationOf(body, to, to.type, deviceOf(to)) : undefined,
  };
}

/** Over comet the device is a user, named as the gms_user header would. */
function deviceOf({ type, deviceId }: z.infer<typeof details>): string | undefined {
  const user = deviceId?.trim();
  if (type !== 'comet' || user === undefined) return deviceId;
  if (isUserName(user)) return user;
  throw invalidParameter(
    'notificationDetails.deviceId',
    `for comet a user: 1 to ${String(maxUserNameLength)} characters, none of them a control character`,
  );
}

function destinationOf(
  body: Pick<EventBody, 'providerName' | 'language' | 'authorization'>,
  from: z.infer<typeof details>,
  type: PushType,
  deviceId: string | undefined,
): Destination {
  if (deviceId === undefined) throw missingParameter('notificationDetails.deviceId');
  const debug = from.debug ?? from.properties?.debug ?? '';
  return {
    type,
    deviceId,
    provider: body.providerName,
    debug: ['debug', 'true'].includes(debug.trim().toLowerCase()),
    language: body.language,
    authorization: body.authorization,
  };
}

/** What stands inside notificationDetails counts as if it stood beside it, unless that is there. */
function mergeDetails(body: Body, names: readonly string[]): Body {
  const inner = body.notificationDetails;
  if (typeof inner !== 'object' || inner === null) return body;
  const merged: Record<string, unknown> = { ...body };
  for (const name of names) {
    const isAbsent = merged[name] === undefined || merged[name] === null || merged[name] === '';
    if (isAbsent && Object.hasOwn(inner, name)) {
      merged[name] = (inner as Record<string, unknown>)[name];
    }
  }
  return merged;
}

function secondsOf(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^\s*\d{1,10}\s*$/.test(value);
  const seconds = isText ? Number(value) : numberOf(value);
  if (seconds === undefined || !Number.isInteger(seconds)) return undefined;
  return seconds >= 1 && seconds <= maxSubscriptionSeconds ? seconds : undefined;
}

function providerOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxIdLength || value === 'event')
    return undefined;
  return value;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isJsonObject(value) ? value : undefined;
}

function propertiesOf(value: unknown): Record<string, string> | undefined {
  const map = mapOf(value);
  if (map === undefined) return undefined;
  const entries = Object.entries(map)
    .filter(([, item]) => item !== null)
    .map(([name, item]) => [name, scalarText(item)] as const);
  const isSound = ([name, text]: readonly [string, string | undefined]): boolean =>
    name.length <= maxIdLength && text !== undefined && text.length <= 1000;
  if (entries.length > 100 || !entries.every(isSound)) return undefined;
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A message that is no text is sent as its JSON. */
function textOf(message: unknown): string {
  if (message === undefined || message === null) return '';
  return typeof message === 'string' ? message : writeJson(message);
}
