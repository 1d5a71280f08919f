import { EncodedText } from '../channel/push-channel.js';
import type { EventText, NewEvent } from '../event.js';

/** An event as this node holds it: once, however many deliveries it has of it. */
export class SharedEvent implements EventText {
  readonly tag: string;
  readonly isLocalized: boolean;
  readonly arguments: NewEvent['arguments'];
  private readonly encodedMessage: EncodedText;

  constructor(
    /** A UUID. */
    readonly id: string,
    text: EventText,
  ) {
    this.tag = text.tag;
    this.isLocalized = text.isLocalized;
    this.arguments = text.arguments;
    this.encodedMessage = new EncodedText(text.message);
  }

  get message(): string {
    return this.encodedMessage.text;
  }

  /** What goes out for it; the message as it is has one form for all. */
  encode(text: string): EncodedText {
    return text === this.message ? this.encodedMessage : new EncodedText(text);
  }
}
