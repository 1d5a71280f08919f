import type { MessageAttributes } from '../../providers/provider-options.js';

/** The most that APNs takes, bytes. */
export const mostPayloadBytes = 4096;

/** A notification as APNs takes it. */
export interface ApplePayload {
  readonly body: string;
  readonly pushType: 'alert' | 'background';
}

/**
 * The message beside `aps`, which has what the configuration says. A message that is to show nothing
 * (`apple.content_available` without a text) wakes the app; any other shows the configured text, or
 * the message itself.
 */
export function applePayload(message: string, attributes: MessageAttributes): ApplePayload {
  const { 'apple.alert.title': title, 'apple.alert.body': text } = attributes;
  const wakes = attributes['apple.content_available'] === true;
  const shows = !wakes || title !== undefined || text !== undefined;
  const aps = {
    ...(shows && { alert: { ...(title !== undefined && { title }), body: text ?? message } }),
    ...(attributes['apple.badge'] !== undefined && { badge: attributes['apple.badge'] }),
    ...(attributes['apple.sound'] !== undefined && { sound: attributes['apple.sound'] }),
    ...(wakes && { 'content-available': 1 }),
  };
  return { body: JSON.stringify({ aps, message }), pushType: shows ? 'alert' : 'background' };
}
