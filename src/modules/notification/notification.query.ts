import { invalidParameter, missingParameter } from '../../core/errors/index.js';
import type { DeliveryQuery } from './deliveries/delivery-list.repository.js';
import { isTag, tagForm } from './domain/event-tag.js';
import { pushTypeOf, pushTypes } from './push-type.js';

const defaultLimit = 100;
const mostListed = 1000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const states = ['pending', 'delivered', 'dead', 'expired'];

type Query = Readonly<Record<string, unknown>>;

/**
 * Reads `?limit=`.
 * @throws DomainError InvalidParameter
 */
export function limitOf(query: Query): number {
  const limit = read(query, 'limit', `a whole number from 1 to ${String(mostListed)}`, (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= mostListed ? number : undefined;
  });
  return limit ?? defaultLimit;
}

/**
 * Reads `?subscriberId=`.
 * @throws DomainError InvalidParameter
 */
export function subscriberOf(query: Query): string | undefined {
  return read(query, 'subscriberId', 'one subscriber', (text) =>
    text.includes('\0') ? undefined : text,
  );
}

/**
 * Reads what GET /notification/deliveries asks for.
 * @throws DomainError InvalidParameter
 */
export function deliveryQueryOf(query: Query): DeliveryQuery {
  const id = (name: string) =>
    read(query, name, 'a UUID', (text) => (uuid.test(text) ? text : undefined));
  return {
    limit: limitOf(query),
    event: id('event'),
    subscription: id('subscription'),
    tag: tagOf(query),
    type: read(query, 'type', `one of ${pushTypes.join(', ')}`, pushTypeOf),
    state: read(query, 'state', `one of ${states.join(', ')}`, (text) =>
      states.find((state) => state === text.toLowerCase()),
    ),
  };
}

/**
 * Reads what GET /admin/push/explain asks for.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function explainQueryOf(query: Query): {
  readonly tag: string;
  readonly provider: string | undefined;
  readonly debug: boolean;
} {
  const tag = tagOf(query);
  if (tag === undefined) throw missingParameter('tag');
  const provider = read(query, 'provider', 'the name of a provider', (text) => text);
  const debug = read(query, 'debug', 'true or false', (text) =>
    ['true', 'false'].find((word) => word === text.toLowerCase()),
  );
  return { tag, provider, debug: debug === 'true' };
}

function tagOf(query: Query): string | undefined {
  return read(query, 'tag', tagForm, (text) => (isTag(text) ? text : undefined));
}

function read<Value>(
  query: Query,
  name: string,
  takes: string,
  parse: (text: string) => Value | undefined,
): Value | undefined {
  const written = query[name];
  if (written === undefined || written === '') return undefined;
  const value = typeof written === 'string' ? parse(written) : undefined;
  if (value === undefined) throw invalidParameter(name, takes);
  return value;
}
