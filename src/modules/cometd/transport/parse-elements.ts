import { stripByteOrderMark } from '../../../core/http/body/index.js';
import { parseJson, plainJson } from '../../../core/json/index.js';
import { type Element, toElements } from '../protocol/message.js';

/**
 * Reads the elements of a text: one object, or an array of anything.
 * @returns undefined: it is neither
 * @throws JsonSyntaxError; DomainError InvalidBody, InvalidText
 */
export function parseElements(text: string): Element[] | undefined {
  return toElements(plainJson(parseJson(stripByteOrderMark(text))));
}
