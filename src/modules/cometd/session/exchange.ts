import type { ClientConnection } from './client-connection.js';

/** What the slowest client is believed to read, bytes a millisecond. */
const minBytesPerMs = 16;

/** No answer is believed to be read for longer than this, milliseconds. */
const maxReadingMs = 300_000;

/**
 * Until when a client may still be reading an answer that the network has taken whole: megabytes of
 * it can be under way then.
 * @param bytes its length, about
 * @param now the process's clock, milliseconds
 */
export function readingEndsAt(bytes: number, now: number): number {
  return now + Math.min(bytes / minBytesPerMs, maxReadingMs);
}

/** A websocket of one session, over which events go out without being asked for. */
export interface EventSocket {
  /**
   * Sends a frame.
   * @param written told once it has been handed to the network, or that it never will be
   */
  send(text: string, written: (reached: boolean) => void): void;
  /** Whether the other side takes what is sent slower than it is sent. */
  readonly isCongested: boolean;
  /** The session speaks here no more: whom `onGone` named for it is not called. */
  detachSession(clientId: string): void;
  close(code: number): void;
}

/** One request of a client and the way its answer goes, whatever the transport. */
export interface Exchange {
  /** The end user that the request names. */
  readonly user: string | undefined;
  /** Present on a websocket. */
  readonly socket: EventSocket | undefined;
  readonly isAnswered: boolean;
  /** Whether the client has left: what it still wants is dropped. */
  readonly isGone: boolean;
  /** What the message has come by. */
  readonly connection: ClientConnection;
  /**
   * Answers, once.
   * @param text a JSON array
   * @param written told once the answer has been written fully, or that it never will be
   * @param status of the HTTP answer; a websocket has none
   */
  answer(text: string, written?: (reached: boolean) => void, status?: number): void;
  /**
   * Has `gone` called when the client leaves before it is answered, and on a websocket also later.
   * @param clientId of one session the last one counts
   */
  onGone(clientId: string, gone: () => void): void;
}
