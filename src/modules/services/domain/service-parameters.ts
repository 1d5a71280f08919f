import { invalidParameter, missingParameter } from '../../../core/errors/index.js';
import type { Fields, FieldValue } from '../../../core/http/body/index.js';

/** The parameters of a service call: what begins with an underscore. Empty counts as not given. */
export class ServiceParameters {
  constructor(private readonly given: ReadonlyMap<string, string>) {}

  text(name: string): string | undefined {
    const text = this.given.get(name)?.trim();
    return text === undefined || text === '' ? undefined : text;
  }

  /** @throws DomainError MissingParameter */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw missingParameter(name);
    return text;
  }

  /**
   * Text of at most 255 characters.
   * @throws DomainError InvalidParameter
   */
  shortText(name: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && text.length > 255) {
      throw invalidParameter(name, 'at most 255 characters');
    }
    return text;
  }

  /** @throws DomainError MissingParameter, InvalidParameter over 255 characters */
  requiredShortText(name: string): string {
    this.required(name);
    return this.shortText(name) ?? '';
  }

  /** @throws DomainError InvalidParameter */
  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text !== 'true' && text !== 'false') throw invalidParameter(name, 'true or false');
    return text === 'true';
  }

  /** @throws DomainError InvalidParameter */
  wholeNumber(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,10}$/.test(text) ? Number(text) : -1;
    if (number < least || number > most) {
      throw invalidParameter(name, `a whole number from ${String(least)} to ${String(most)}`);
    }
    return number;
  }
}

/** The two halves of what a caller sends: parameters for the service, and data to be stored. */
export interface SplitFields {
  readonly parameters: ServiceParameters;
  readonly userData: Map<string, FieldValue>;
}

/**
 * Splits fields by their leading underscore.
 * @throws DomainError InvalidParameter for a file whose name begins with one
 */
export function splitFields(fields: Fields): SplitFields {
  const parameters = new Map<string, string>();
  const userData = new Map<string, FieldValue>();
  for (const [name, value] of fields) {
    if (!name.startsWith('_')) userData.set(name, value);
    else if (typeof value === 'string') parameters.set(name, value);
    else throw invalidParameter(name, 'text; a file cannot be a parameter');
  }
  return { parameters: new ServiceParameters(parameters), userData };
}
