/** A message as a client sent it; nothing of it is sure but that it is an object. */
export type ClientMessage = Readonly<Record<string, unknown>>;

/** What a request holds: messages, and elements that are none. */
export type Element = ClientMessage | undefined;

/** Reads the elements of a body: one object, or an array of anything. undefined: neither. */
export function toElements(body: unknown): Element[] | undefined {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (!Array.isArray(body) && !isMessage(body)) return undefined;
  return list.map((element) => (isMessage(element) ? element : undefined));
}

function isMessage(value: unknown): value is ClientMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const clientId = /^[0-9a-f]{40}$/;

/** The id of the session that a message names; undefined when it names none that could be one. */
export function clientIdOf(message: ClientMessage): string | undefined {
  const named = message.clientId;
  return typeof named === 'string' && clientId.test(named) ? named : undefined;
}

/** What a client wants its reply to be known by: echoed as it came. */
export function idOf(message: ClientMessage): { readonly id?: string | number } {
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? { id } : {};
}

/** A member of the message's `ext`; undefined when there is none. */
export function extOf(message: ClientMessage, name: string): unknown {
  const { ext } = message;
  return isMessage(ext) ? ext[name] : undefined;
}

/**
 * What the reply to a connect goes by. A connect is held for long, so the rest of it, which may be
 * large, is not kept.
 */
export function retainForReply(message: ClientMessage): ClientMessage {
  const { channel } = message;
  const timesync = extOf(message, 'timesync');
  if (!isMessage(timesync)) return { channel, ...idOf(message) };
  const { tc, l, o } = timesync;
  return { channel, ...idOf(message), ext: { timesync: { tc, l, o } } };
}

/** The number that the client acknowledges in a connect; undefined when it names none. */
export function acknowledgedSeq(message: ClientMessage): number | undefined {
  const ack = extOf(message, 'ack');
  return typeof ack === 'number' && Number.isSafeInteger(ack) && ack >= 0 ? ack : undefined;
}

/** Whether a handshake asks for the ack extension: `ext.ack` true, or an object that enables it. */
export function requestsAck(message: ClientMessage): boolean {
  const ack = extOf(message, 'ack');
  return ack === true || (isMessage(ack) && ack.enabled === true);
}

/** How long the client wants its connect held at most, milliseconds: its `advice.timeout`. */
export function requestedTimeout(message: ClientMessage): number | undefined {
  const { advice } = message;
  const timeout = isMessage(advice) ? advice.timeout : undefined;
  return typeof timeout === 'number' && timeout >= 0 ? timeout : undefined;
}
