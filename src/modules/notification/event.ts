import type { Destination } from './subscription/subscription.js';

/** An event as it is published. */
export interface NewEvent {
  readonly tag: string;
  /** What is sent, or the id of a message of the localization file. */
  readonly message: string;
  readonly isLocalized: boolean;
  /** What the localized text's variables stand for, flat or nested. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Of a direct event its connection; else subscriptions of another provider do not match. */
  readonly provider: string | undefined;
  /** The one device that a direct event goes to. */
  readonly target: Destination | undefined;
}

/** What is said to one device. */
export type EventText = Pick<NewEvent, 'tag' | 'message' | 'isLocalized' | 'arguments'>;
