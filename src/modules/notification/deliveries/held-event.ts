import { OutgoingText } from '../channels/outgoing-text.js';
import type { EventText, NewEvent } from '../publish/event.js';

/** An event as this node holds it: once, however many deliveries it has of it. */
export class HeldEvent implements EventText {
  readonly tag: string;
  readonly isLocalized: boolean;
  readonly arguments: NewEvent['arguments'];
  private readonly plain: OutgoingText;

  constructor(
    /** A UUID. */
    readonly id: string,
    text: EventText,
  ) {
    this.tag = text.tag;
    this.isLocalized = text.isLocalized;
    this.arguments = text.arguments;
    this.plain = new OutgoingText(text.message);
  }

  get message(): string {
    return this.plain.text;
  }

  /** What goes out for it; the message as it is has one form for all. */
  outgoing(text: string): OutgoingText {
    return text === this.message ? this.plain : new OutgoingText(text);
  }
}
