/** What a caller wrote, for the words of a refusal: quoted, its odd characters escaped, and not for ever. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
