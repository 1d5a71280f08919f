/** What one wake-up says: something of the topic changed, of one key or of any. */
export interface WakeUp {
  readonly topic: string;
  readonly key: string | undefined;
}

/** No topic, key or origin has it (ASCII unit separator). */
const separator = '\x1f';

/** PostgreSQL takes payloads under 8,000 bytes; one that is too long would fail all sent with it. */
const maxKeyBytes = 200;

/**
 * The text of a wake-up: `topic`, `topic␟key`. A key that cannot travel (too long, with control
 * characters or half of a surrogate pair) is left out: then something of the topic has changed.
 */
export function encodeWakeUp(topic: string, key: string | undefined): string {
  return key === undefined || !isTransmittable(key) ? topic : `${topic}${separator}${key}`;
}

/** Adds who sends it, by which a node knows what it has told its own listeners already. */
export function withOrigin(text: string, origin: string): string {
  return `${text}${text.includes(separator) ? '' : separator}${separator}${origin}`;
}

/** Reads a payload; undefined when `ownOrigin` sent it. */
export function decodeWakeUp(payload: string, ownOrigin?: string): WakeUp | undefined {
  const [topic = '', key = '', origin] = payload.split(separator);
  if (origin !== undefined && origin === ownOrigin) return undefined;
  return { topic, key: key === '' ? undefined : key };
}

function isTransmittable(key: string): boolean {
  return (
    key !== '' &&
    Buffer.byteLength(key) <= maxKeyBytes &&
    !/\p{Cc}/u.test(key) &&
    key.isWellFormed()
  );
}
