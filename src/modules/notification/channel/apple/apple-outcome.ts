import { z } from 'zod';
import { tryParseJson } from '../../try-parse-json.js';
import { temporaryOutcome, isTemporary } from '../call-outcome.js';
import type { PushOutcome } from '../push-channel.js';
import type { AppleAnswer } from './apple-connection.js';

const refusal = z.object({ reason: z.string().regex(/^\w{1,64}$/) });

/** Since when a device is gone, milliseconds since 1970. */
const gone = z.object({ timestamp: z.number().min(0).max(8.64e15) });

/** Tokens of the other environment, or of none: said in words, since the fix is another. */
const wrongEnvironment =
  'the token is none of this environment: a production token needs the production connection, a sandbox token the debug connection';

/** What is temporary although its status says otherwise. */
const temporary = new Set(['ExpiredProviderToken', 'TooManyProviderTokenUpdates']);

/** The `reason` of an answer that is no success, its code in Apple's terms. */
export function reasonOf({ status, body }: AppleAnswer): string {
  const { data } = refusal.safeParse(tryParseJson(body));
  return data?.reason ?? `Status${String(status)}`;
}

/** What an answer of APNs means, by its codes and never by its words. */
export function appleOutcome(answer: AppleAnswer): PushOutcome {
  const { status } = answer;
  if (status === 200) return { kind: 'delivered' };
  const code = reasonOf(answer);
  if (status === 410) {
    // A device may have come back since: without an instant nothing tells.
    const goneSince = gone.safeParse(tryParseJson(answer.body)).data?.timestamp;
    const failure = { kind: 'failed', code, reason: 'the app is not on the device' } as const;
    return goneSince === undefined
      ? { ...failure, endsSubscription: false }
      : { ...failure, endsSubscription: true, goneSince };
  }
  if (code === 'BadDeviceToken' || code === 'DeviceTokenNotForTopic') {
    const reason = code === 'BadDeviceToken' ? wrongEnvironment : 'the token is of another app';
    return { kind: 'failed', code, reason, endsSubscription: code !== 'BadDeviceToken' };
  }
  const reason = `APNs answered ${String(status)} ${code}`;
  if (!isTemporary(status) && !temporary.has(code)) {
    return { kind: 'failed', code, reason, endsSubscription: false };
  }
  // 429 TooManyRequests is about one device.
  const isProvidersFault = status >= 500 || temporary.has(code);
  const failure = { code, reason, isProvidersFault, pausesProvider: isProvidersFault };
  return temporaryOutcome(failure, answer.headers['retry-after']);
}
