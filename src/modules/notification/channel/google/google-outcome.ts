import { z } from 'zod';
import type { CallResult } from '../../../../core/outgoing/index.js';
import { isTemporary, temporaryOutcome, unansweredOutcome } from '../call-outcome.js';
import type { PushOutcome } from '../push-channel.js';
import { tryParseJson } from '../../try-parse-json.js';

/** Codes go into the database and to operators: what is none counts as absent. */
const codeWord = z.string().regex(/^\w{1,64}$/);

const errorBody = z.object({
  error: z.object({
    status: codeWord.optional(),
    details: z.array(z.looseObject({ errorCode: codeWord.optional() })).default([]),
  }),
});

/** The one device is reached over another vendor, for whom FCM lacks a credential. */
export const thirdPartyAuthError = 'THIRD_PARTY_AUTH_ERROR';

/** Quotas are for a minute: what FCM asks to wait when it does not say, seconds. */
const quotaSeconds = '60';

/** The code of an FCM error: of its details when they name one, else the RPC status. */
export function googleCode(status: number, body: string): string {
  const { data } = errorBody.safeParse(tryParseJson(body));
  const named = data?.error.details.find(({ errorCode }) => errorCode !== undefined)?.errorCode;
  return named ?? data?.error.status ?? `Status${String(status)}`;
}

/** What an answer of FCM means, by its codes and never by its words. */
export function googleOutcome(result: CallResult): PushOutcome {
  if (result.kind === 'failed') return unansweredOutcome(result);
  const { status, headers, body } = result;
  if (status === 200) return { kind: 'delivered' };
  const code = googleCode(status, body);
  if (code === 'UNREGISTERED') {
    return { kind: 'failed', code, reason: 'the app is not on the device', endsSubscription: true };
  }
  if (code === 'SENDER_ID_MISMATCH') {
    const reason = 'the token is of another sender';
    return { kind: 'failed', code, reason, endsSubscription: true };
  }
  if (code === thirdPartyAuthError) {
    const reason = 'FCM has no good APNs or web push credential for this device';
    return { kind: 'failed', code, reason, endsSubscription: false };
  }
  const reason = `FCM answered ${String(status)} ${code}`;
  // 401 asks for another access token.
  if (!isTemporary(status) && status !== 401) {
    return { kind: 'failed', code, reason, endsSubscription: false };
  }
  const isProvidersFault = status >= 500 || status === 401;
  const asked = headers['retry-after'];
  const after = asked ?? (status === 429 ? quotaSeconds : undefined);
  // A quota is the project's; of the one minute nobody was asked to wait.
  const pausesProvider = asked !== undefined;
  return temporaryOutcome({ code, reason, isProvidersFault, pausesProvider }, after);
}

/** What it means that no access token was to be had. */
export function tokenFailureOutcome(result: CallResult): PushOutcome {
  if (result.kind === 'failed') return unansweredOutcome(result);
  const { status, headers } = result;
  const code = `AccessTokenStatus${String(status)}`;
  const reason = `no access token for the service account: answered ${String(status)}`;
  if (!isTemporary(status) && status !== 200) {
    return { kind: 'failed', code, reason, endsSubscription: false };
  }
  const failure = { code, reason, isProvidersFault: true, pausesProvider: true };
  return temporaryOutcome(failure, headers['retry-after']);
}
