import { missingParameter } from '../../../core/errors/index.js';
import type { ConnectionBody, NotificationDetails } from '../notification.dto.js';
import type { Destination } from './subscription.js';

/**
 * Where a subscription or an event goes.
 * @param deviceId for comet the user
 * @throws DomainError MissingParameter without a device
 */
export function destinationOf(
  connection: ConnectionBody,
  details: NotificationDetails,
  deviceId: string | undefined,
): Destination {
  if (deviceId === undefined) throw missingParameter('notificationDetails.deviceId');
  const debug = details.debug ?? details.properties?.debug ?? '';
  return {
    type: details.type,
    deviceId,
    provider: connection.providerName,
    debug: ['debug', 'true'].includes(debug.trim().toLowerCase()),
    language: connection.language,
    authorization: connection.authorization,
  };
}
