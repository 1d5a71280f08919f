import { missingParameter } from '../../../core/errors/index.js';
import type { SubscriptionBody } from '../notification.dto.js';
import { destinationOf } from './requested-destination.js';
import type { NewSubscription } from './subscription.js';

/**
 * The subscription that a body asks for; over comet it is the user's of the call.
 * @throws DomainError MissingParameter without a user or a device
 */
export function newSubscriptionOf(
  body: SubscriptionBody,
  user: string | undefined,
): NewSubscription {
  const { subscriberId, filter, expire, notificationDetails: details } = body;
  const isComet = details.type === 'comet';
  if (isComet && user === undefined) throw missingParameter('the gms_user header');
  return {
    ...destinationOf(body, details, isComet ? user : details.deviceId),
    subscriberId,
    filter,
    expire,
    properties: details.properties ?? {},
  };
}
