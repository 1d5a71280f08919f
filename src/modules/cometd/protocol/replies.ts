import { type ClientMessage, extOf, idOf } from './message.js';

/** One of our messages, ready to be written as JSON. */
export type Reply = Readonly<Record<string, unknown>>;

/** How a client should go on (Bayeux 1.0, 3.4). Times are milliseconds. */
export interface Advice {
  readonly interval: number;
  readonly reconnect: 'retry' | 'handshake' | 'none';
  readonly timeout?: number;
}

/** What this server can be connected by, in the order of the documents. */
export const connectionTypes = ['websocket', 'callback-polling', 'long-polling'] as const;

/** Errors as Bayeux writes them: code, arguments, words. */
export const errors = {
  userRequired: '403::gms_user_required',
  sessionUnknown: '402::session_unknown',
  subscribeDenied: '403::subscribe_denied',
  publishDenied: '403::publish_denied',
  channelUnknown: '404::channel_unknown',
  messageInvalid: '400::message_invalid',
  subscriptionMissing: '400::subscription_missing',
  noConnectionType: '412::no_common_connection_type',
  tooManySessions: '403::too_many_sessions',
  tooManyHandshakes: '429::too_many_handshakes',
  replaced: '409::connect_replaced',
} as const;

export type BayeuxError = (typeof errors)[keyof typeof errors];

/** Stops a client from coming back: it would get the same answer for ever. */
export const noReconnectAdvice: Advice = { interval: 0, reconnect: 'none' };
const rehandshakeAdvice: Advice = { interval: 0, reconnect: 'handshake' };

/** A reply to an element that is no message at all. */
export const invalidMessageReply: Reply = { successful: false, error: errors.messageInvalid };

/** An unsuccessful reply; `advice` only where the client has to change its ways. */
export function errorReply(message: ClientMessage, error: BayeuxError, advice?: Advice): Reply {
  const { channel, subscription } = message;
  return {
    ...idOf(message),
    ...(typeof channel === 'string' ? { channel } : {}),
    ...(subscription === undefined ? {} : { subscription }),
    successful: false,
    error,
    ...(advice === undefined ? {} : { advice }),
  };
}

/** The session is unknown, expired or somebody else's; only a connect is told to start anew. */
export function unknownSessionReply(message: ClientMessage): Reply {
  const isConnect = message.channel === '/meta/connect';
  return errorReply(message, errors.sessionUnknown, isConnect ? rehandshakeAdvice : undefined);
}

/**
 * With advice, so that a client which goes on by the last advice that it saw comes back after an
 * unknown session.
 * @param now Unix time in milliseconds
 */
export function handshakeReply(
  message: ClientMessage,
  clientId: string,
  advice: Advice,
  now: number,
): Reply {
  return {
    ...idOf(message),
    channel: '/meta/handshake',
    successful: true,
    clientId,
    version: '1.0',
    minimumVersion: '1.0',
    supportedConnectionTypes: connectionTypes,
    advice,
    ext: { ack: true, ...timesync(message, now, 0) },
  };
}

/**
 * @param ack the number up to which the answer carries mail; undefined without the ack extension
 * @param heldMs how long the connect was held, milliseconds
 */
export function connectReply(
  message: ClientMessage,
  { ack, advice, now, heldMs }: ConnectReplyData,
): Reply {
  const ext = { ...(ack === undefined ? {} : { ack }), ...timesync(message, now, heldMs) };
  return {
    ...idOf(message),
    channel: '/meta/connect',
    successful: true,
    ...(advice === undefined ? {} : { advice }),
    ...(Object.keys(ext).length === 0 ? {} : { ext }),
  };
}

export interface ConnectReplyData {
  readonly ack?: number | undefined;
  readonly advice?: Advice | undefined;
  readonly now: number;
  readonly heldMs: number;
}

/** A successful reply to anything but handshake and connect; `subscription` is echoed as it came. */
export function successReply(message: ClientMessage, now: number): Reply {
  const { channel, subscription } = message;
  const ext = timesync(message, now, 0);
  return {
    ...idOf(message),
    channel,
    ...(subscription === undefined ? {} : { subscription }),
    successful: true,
    ...(ext.timesync === undefined ? {} : { ext }),
  };
}

/** One event as it goes out; `data` is JSON already. */
export function eventMessageText(data: string): string {
  return `{"channel":"/_genesys","data":${data}}`;
}

/** An answer: mail first, then the replies, the one to the connect last. */
export function responseText(mail: readonly string[], replies: readonly Reply[]): string {
  return `[${[...mail, ...replies.map((reply) => JSON.stringify(reply))].join(',')}]`;
}

/** The clock's difference as the client has it so far (CometD timesync extension). */
function timesync(message: ClientMessage, now: number, heldMs: number): { timesync?: object } {
  const sent = extOf(message, 'timesync');
  if (typeof sent !== 'object' || sent === null || !('tc' in sent)) return {};
  const { tc, l, o } = sent as { tc?: unknown; l?: unknown; o?: unknown };
  if (typeof tc !== 'number') return {};
  const arrived = now - heldMs;
  return {
    timesync: { tc, ts: arrived, p: heldMs, a: tc + numberOf(o) + numberOf(l) - arrived },
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
