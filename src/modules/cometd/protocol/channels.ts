import type { ClientMessage } from './message.js';

/** The one channel of events, under the same name for everybody. */
export const eventChannel = '/_genesys';

const serviceChannel = /^\/service(?:\/[A-Za-z0-9_!~()$@-]+)+$/;

/** How many channels one message may name; nobody needs more than two. */
const maxChannels = 20;

/** Whether the channel is for messages to the server (Bayeux 1.0, 2.2.3). */
export function isServiceChannel(channel: string): boolean {
  return channel.length <= 200 && serviceChannel.test(channel);
}

/**
 * The channels that a subscribe or unsubscribe names.
 * @returns `missing` when it names none, `denied` when one of them is not for clients
 */
export function requestedChannels(message: ClientMessage): string[] | 'missing' | 'denied' {
  const { subscription } = message;
  const named: readonly unknown[] = Array.isArray(subscription) ? subscription : [subscription];
  if (subscription === undefined || named.length === 0) return 'missing';
  if (named.length > maxChannels || !named.every(isAllowed)) return 'denied';
  return [...new Set(named)];
}

function isAllowed(channel: unknown): channel is string {
  return typeof channel === 'string' && (channel === eventChannel || isServiceChannel(channel));
}

/** Whether the two have a way to talk; a client that names none takes any. */
export function hasCommonConnectionType(message: ClientMessage, ours: readonly string[]): boolean {
  const { supportedConnectionTypes: theirs } = message;
  if (theirs === undefined) return true;
  return Array.isArray(theirs) && theirs.some((type) => ours.includes(type as string));
}
