/** Control characters and what turns or hides text on a terminal. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text of others as it may stand in a log or an audit: one line of so many characters, without
 * anything that a terminal would obey.
 */
export function plainText(text: string, most: number): string {
  const line = text.slice(0, most).replace(unseen, ' ');
  return text.length > most ? `${line}…` : line;
}
