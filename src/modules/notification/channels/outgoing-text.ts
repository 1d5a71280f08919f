/** A text as it goes out, encoded once for however many it goes to. */
export class OutgoingText {
  private utf8: Buffer | undefined;
  private quoted: Buffer | undefined;

  constructor(readonly text: string) {}

  /** In UTF-8. */
  get bytes(): Buffer {
    return (this.utf8 ??= Buffer.from(this.text));
  }

  /** As a JSON string, in UTF-8. */
  get json(): Buffer {
    return (this.quoted ??= Buffer.from(JSON.stringify(this.text)));
  }
}
