import { invalidParameter } from '../../../core/errors/index.js';
import { writeJson } from '../../../core/json/index.js';
import { isUserName, maxUserNameLength } from '../../edge/index.js';
import type { EventBody, NotificationDetails } from '../notification.dto.js';
import { destinationOf } from '../subscription/requested-destination.js';
import type { NewEvent } from '../event.js';

/**
 * The event that a body asks for.
 * @throws DomainError MissingParameter without a device, InvalidParameter for a device that is no user
 */
export function newEventOf(body: EventBody): NewEvent {
  const { tag, message, mediaType, locArgs, providerName, notificationDetails: to } = body;
  return {
    tag,
    message: textOf(message),
    isLocalized: mediaType === 'localizestring',
    arguments: locArgs ?? {},
    provider: providerName,
    target: to ? destinationOf(body, to, deviceOf(to)) : undefined,
  };
}

/** Over comet the device is a user, named as the gms_user header would. */
function deviceOf({ type, deviceId }: NotificationDetails): string | undefined {
  const user = deviceId?.trim();
  if (type !== 'comet' || user === undefined) return deviceId;
  if (isUserName(user)) return user;
  throw invalidParameter(
    'notificationDetails.deviceId',
    `for comet a user: 1 to ${String(maxUserNameLength)} characters, none of them a control character`,
  );
}

/** A message that is no text is sent as its JSON. */
function textOf(message: unknown): string {
  if (message === undefined || message === null) return '';
  return typeof message === 'string' ? message : writeJson(message);
}
