import { pushTypeNotEnabled, pushTypeNotServed } from '../notification.errors.js';
import { type PushProviders, requireProvider } from '../provider/push-providers.js';
import type { Destination } from './subscription.js';
import type { PushTarget, PushChannels } from '../channel/push-channel.js';

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
