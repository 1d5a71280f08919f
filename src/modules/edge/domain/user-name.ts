import { isUtf8 } from 'node:buffer';

/** Characters that a user's name may have at most. */
export const maxUserNameLength = 255;

const printableAscii = /^[\x20-\x7e]*$/;
const control = /\p{Cc}/u;

/**
 * The text of a header. Node hands a header's bytes over as one character each: they are read as
 * UTF-8 when they are that, else as ISO 8859-1.
 */
export function headerText(header: string): string {
  if (printableAscii.test(header)) return header;
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}

/** Whether the text can name a user: 1 to 255 characters, none of them a control character. */
export function isUserName(text: string): boolean {
  return (
    text !== '' &&
    (text.length <= maxUserNameLength || Array.from(text).length <= maxUserNameLength) &&
    !control.test(text) &&
    text.isWellFormed()
  );
}
