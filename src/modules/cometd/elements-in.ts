import { withoutMark } from '../../core/http/body/index.js';
import { parseJson, plainJson } from '../../core/json/index.js';
import { type Element, elementsOf } from './protocol/message.js';

/**
 * Reads the elements of a text: one object, or an array of anything.
 * @returns undefined: it is neither
 * @throws JsonSyntaxError; DomainError InvalidBody, InvalidText
 */
export function elementsIn(text: string): Element[] | undefined {
  return elementsOf(plainJson(parseJson(withoutMark(text))));
}
