import { type CallResult } from '../../../core/outgoing/index.js';
import type { PushOutcome } from './push-channel.js';

/** The longest wait that an answer may ask for, milliseconds. */
const maxRetryAfterMs = 60 * 60_000;

/** Of the statuses that are no success, those that another try may heal. */
export function isTemporary(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status === 425;
}

interface TemporaryFailure {
  readonly code: string;
  readonly reason: string;
  readonly isProvidersFault: boolean;
  readonly pausesProvider?: boolean;
}

/**
 * The outcome of a refusal that another try may heal.
 * @param failure `pausesProvider`: who is asked to wait is everybody
 * @param retryAfter the header by which the other side asks to wait, if it does
 */
export function temporaryOutcome(
  failure: TemporaryFailure,
  retryAfter: string | undefined,
): PushOutcome {
  const asked = parseRetryAfter(retryAfter, Date.now());
  if (asked === undefined) return { kind: 'retry', ...failure, pausesProvider: false };
  return { kind: 'retry', ...failure, afterMs: Math.min(asked, maxRetryAfterMs) };
}

/** The outcome of what cannot be sent at all: nobody is asked. */
export function unsendableOutcome(code: string, reason: string): PushOutcome {
  return { kind: 'failed', code, reason, endsSubscription: false, wasAsked: false };
}

/** The outcome of a call that brought no answer. */
export function unansweredOutcome(result: CallResult & { kind: 'failed' }): PushOutcome {
  const { code, reason } = result;
  if (code === 'ForbiddenTarget' || code === 'TooManyRedirects') {
    return { kind: 'failed', code, reason, endsSubscription: false };
  }
  return { kind: 'retry', code, reason, isProvidersFault: code !== 'Aborted' };
}

/** The outcome of an answer that is no success, of a peer that has no codes of its own. */
export function refusedOutcome(
  status: number,
  headers: Readonly<Record<string, string>>,
): PushOutcome {
  const code = `Status${String(status)}`;
  const reason = `answered ${String(status)}`;
  if (!isTemporary(status)) {
    return { kind: 'failed', code, reason, endsSubscription: status === 410 };
  }
  const isProvidersFault = status >= 500;
  return temporaryOutcome({ code, reason, isProvidersFault }, headers['retry-after']);
}

/**
 * How long a `Retry-After` header asks to wait, milliseconds: it holds seconds or a date. undefined
 * when it holds neither.
 * @param now milliseconds since 1970
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}
