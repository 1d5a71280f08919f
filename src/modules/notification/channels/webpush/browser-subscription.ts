import { z } from 'zod';
import { jsonOrNothing } from '../../json-or-nothing.js';

/** Of a browser's PushSubscription what a push needs (RFC 8291). */
export interface BrowserSubscription {
  readonly endpoint: string;
  /** Its public key and its secret, base64url. */
  readonly p256dh: string;
  readonly auth: string;
}

/** Of either alphabet of base64, padded or not. */
const bytes = (count: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_+/-]+={0,2}$/)
    .transform((text) => Buffer.from(text, 'base64url'))
    .refine(({ length }) => length === count)
    .transform((key) => key.toString('base64url'));

const schema = z.object({
  endpoint: z.string(),
  keys: z.object({ p256dh: bytes(65), auth: bytes(16) }),
});

/** Reads the JSON of a PushSubscription; undefined when it is none. */
export function browserSubscriptionOf(text: string): BrowserSubscription | undefined {
  const result = schema.safeParse(jsonOrNothing(text));
  if (!result.success) return undefined;
  const { endpoint, keys } = result.data;
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}
