import type { MessageAttributes } from '../../provider/provider-options.js';

/** The most that APNs takes, bytes. */
export const maxPayloadBytes = 4096;

/** A notification as APNs takes it. */
export interface ApplePayload {
  readonly body: string;
  readonly pushType: 'alert' | 'background';
}

interface Alert {
  readonly title?: string | undefined;
  readonly body: string;
}

const ellipsis = '…';
const graphemeSegmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The message beside `aps`, which has what the configuration says. A message that is to show nothing
 * (`apple.content_available` without a text) wakes the app; any other shows the configured text, or
 * the message itself. What is shown is shortened when there is no room for all of it, as the app has
 * the whole message beside it.
 * @returns undefined when there is no room for the message either
 */
export function applePayload(
  message: string,
  attributes: MessageAttributes,
): ApplePayload | undefined {
  if (message.length > maxPayloadBytes) return undefined;
  const { 'apple.alert.title': title, 'apple.alert.body': text } = attributes;
  const wakes = attributes['apple.content_available'] === true;
  const shows = !wakes || title !== undefined || text !== undefined;
  const payloadWith = (alert: Alert | undefined): string => {
    const aps = {
      ...(alert && { alert }),
      ...(attributes['apple.badge'] !== undefined && { badge: attributes['apple.badge'] }),
      ...(attributes['apple.sound'] !== undefined && { sound: attributes['apple.sound'] }),
      ...(wakes && { 'content-available': 1 }),
    };
    return JSON.stringify({ aps, message });
  };
  const alert = shows ? { title, body: text ?? message } : undefined;
  const body = alert === undefined ? payloadWith(alert) : fitAlert(alert, payloadWith);
  if (bytesLeftIn(body) < 0) return undefined;
  return { body, pushType: shows ? 'alert' : 'background' };
}

/** The payload with as much of an alert as there is room for, of its body first. */
function fitAlert(alert: Alert, payloadWith: (alert: Alert) => string): string {
  const whole = payloadWith(alert);
  if (bytesLeftIn(whole) >= 0) return whole;
  const { title } = alert;
  const body = shortenText(alert.body, bytesLeftIn(payloadWith({ title, body: '' })));
  const shorter = payloadWith({ title, body });
  if (bytesLeftIn(shorter) >= 0 || title === undefined) return shorter;
  const room = bytesLeftIn(payloadWith({ title: '', body }));
  return payloadWith({ title: shortenText(title, room), body });
}

/** How many bytes more there is room for. */
function bytesLeftIn(payload: string): number {
  return maxPayloadBytes - Buffer.byteLength(payload);
}

/** The beginning of a text that has so many bytes in JSON; the ellipsis at the least. */
function shortenText(text: string, bytes: number): string {
  let left = bytes - Buffer.byteLength(ellipsis);
  let end = 0;
  for (const { segment } of graphemeSegmenter.segment(text)) {
    left -= Buffer.byteLength(JSON.stringify(segment)) - 2;
    if (left < 0) break;
    end += segment.length;
  }
  return `${text.slice(0, end)}${ellipsis}`;
}
