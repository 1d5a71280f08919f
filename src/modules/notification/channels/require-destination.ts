import { pushTypeNotEnabled, pushTypeNotServed } from '../notification.errors.js';
import type { PushProviders } from '../providers/push-providers.js';
import { requireProvider } from '../providers/require-provider.js';
import type { Destination } from '../subscriptions/subscription.js';
import type { PushTarget } from './push-channel.js';
import type { PushChannels } from './push-channels.js';

/**
 * Refuses a destination that nothing could ever be delivered to.
 * @returns its lane
 * @throws DomainError PushTypeNotEnabled, InvalidParameter
 */
export function requireDestination(
  channels: PushChannels,
  providers: PushProviders,
  destination: Destination,
): string {
  const { type, provider } = destination;
  const channel = channels.find(type);
  const isServed = type === 'comet' || channel !== undefined;
  if (!providers.isEnabled(type)) throw pushTypeNotEnabled(type);
  if (!isServed) throw pushTypeNotServed(type);
  requireProvider(providers, provider);
  if (channel === undefined) return '';
  const target = targetOf(destination);
  channel.requireTarget(target);
  return channel.laneOf(target);
}

export function targetOf(destination: Destination): PushTarget {
  const { type, deviceId, provider, debug, authorization } = destination;
  return { type, deviceId, providerName: provider, debug, authorization };
}
