import { createECDH } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { encrypt } from 'http_ece';
import { z } from 'zod';
import { invalidParameter } from '../../../../core/errors/index.js';
import { OutgoingCalls, OutgoingSettings } from '../../../../core/outgoing/index.js';
import { tryParseJson } from '../../try-parse-json.js';
import { refusedOutcome, unansweredOutcome, unsendableOutcome } from '../call-outcome.js';
import {
  type Push,
  type PushChannel,
  type PushContext,
  type PushOutcome,
  type PushTarget,
  PushChannels,
} from '../push-channel.js';
import { VapidTokens } from './vapid-tokens.js';

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
  const result = schema.safeParse(tryParseJson(text));
  if (!result.success) return undefined;
  const { endpoint, keys } = result.data;
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

/** What push services take at most of a payload, bytes (RFC 8291, section 4). */
const maxPayloadBytes = 3993;

/** How long a push service keeps a message for a browser that is away, seconds. */
const ttlSeconds = 24 * 60 * 60;

/**
 * webpush: the payload `{"message", "tag", "id"}`, encrypted for the browser that the device id
 * describes, is posted to its push service (RFC 8030, 8291, 8292).
 */
@Injectable()
export class WebPushChannel implements PushChannel {
  readonly types = ['webpush'] as const;

  constructor(
    private readonly calls: OutgoingCalls,
    private readonly settings: OutgoingSettings,
    private readonly tokens: VapidTokens,
    channels: PushChannels,
  ) {
    channels.register(this);
  }

  get concurrency(): number {
    return this.settings.current.maxConnectionsPerRoute;
  }

  laneOf({ deviceId }: PushTarget): string {
    const browser = browserSubscriptionOf(deviceId);
    return `webpush ${browser === undefined ? '' : new URL(browser.endpoint).origin}`;
  }

  requireTarget({ deviceId }: PushTarget): void {
    const browser = browserSubscriptionOf(deviceId);
    const name = 'notificationDetails.deviceId';
    if (browser === undefined) {
      throw invalidParameter(name, 'a PushSubscription as JSON: endpoint, keys.p256dh, keys.auth');
    }
    const why = this.calls.forbiddenReason(browser.endpoint);
    if (why !== undefined) {
      throw invalidParameter(name, `a PushSubscription whose endpoint may be called; this ${why}`);
    }
  }

  async push(
    { messageId, tag, message, target }: Push,
    context: PushContext,
  ): Promise<PushOutcome> {
    const browser = browserSubscriptionOf(target.deviceId);
    if (browser === undefined)
      return unsendableOutcome('InvalidDevice', 'the device id is no PushSubscription');
    const { text } = message;
    const payload =
      text.length > maxPayloadBytes
        ? undefined
        : Buffer.from(JSON.stringify({ message: text, tag, id: messageId }));
    if (payload === undefined || payload.length > maxPayloadBytes) {
      return unsendableOutcome(
        'MessageTooLong',
        `the payload has more than ${String(maxPayloadBytes)} bytes`,
      );
    }
    const { origin } = new URL(browser.endpoint);
    const authorization = await this.tokens.headerFor(origin, context.options.webPush);
    if (authorization === undefined) {
      return unsendableOutcome('NotConfigured', 'the options webpush.vapid_… are not set');
    }
    const body = encryptPayload(payload, browser);
    if (body === undefined)
      return unsendableOutcome('InvalidDevice', 'the key of the browser is no point');
    const result = await this.calls.callGuarded({
      url: browser.endpoint,
      method: 'POST',
      headers: {
        Authorization: authorization,
        'Content-Encoding': 'aes128gcm',
        'Content-Type': 'application/octet-stream',
        TTL: String(ttlSeconds),
        Urgency: 'high',
      },
      secretHeaders: ['Authorization'],
      body,
      // A refusal says why.
      needsBody: (status) => status < 200 || status > 299,
      signal: context.signal,
    });
    if (result.kind === 'failed') return unansweredOutcome(result);
    if (result.status >= 200 && result.status <= 299) return { kind: 'delivered' };
    const outcome = withReason(refusedOutcome(result.status, result.headers), result.body);
    return result.status === 404 && outcome.kind === 'failed'
      ? { ...outcome, endsSubscription: true }
      : outcome;
  }
}

const refusal = z.object({ reason: z.string().optional(), message: z.string().optional() });

/** Push services say why in a `reason` or a `message`; of what else they say nothing is kept. */
function withReason(outcome: PushOutcome, body: string): PushOutcome {
  const { data } = refusal.safeParse(tryParseJson(body));
  const said = (data?.reason ?? data?.message ?? '').replaceAll(/[^\x20-\x7e]/g, '').slice(0, 200);
  if (outcome.kind === 'delivered' || said === '') return outcome;
  return { ...outcome, reason: `${outcome.reason}: ${said}` };
}

/** undefined when the browser's key is no point of the curve. */
function encryptPayload(
  payload: Buffer,
  { p256dh, auth }: BrowserSubscription,
): Buffer | undefined {
  const privateKey = createECDH('prime256v1');
  privateKey.generateKeys();
  try {
    return encrypt(payload, { version: 'aes128gcm', dh: p256dh, privateKey, authSecret: auth });
  } catch {
    return undefined;
  }
}
