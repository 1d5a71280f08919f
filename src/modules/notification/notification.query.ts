import { invalidParameter, missingParameter } from '../../core/errors/index.js';
import type { DeliveryQuery } from './delivery/delivery-list.repository.js';
import { isTag, tagForm } from './domain/event-tag.js';
import { pushTypeOf, pushTypes } from './push-type.js';

const defaultLimit = 100;
const maxListed = 1000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const states = ['pending', 'delivered', 'dead', 'expired'];

type Query = Readonly<Record<string, unknown>>;

/**
 * Reads `?limit=`.
 * @throws DomainError InvalidParameter
 */
export function readLimit(query: Query): number {
  const limit = readParameter(
    query,
    'limit',
    `a whole number from 1 to ${String(maxListed)}`,
    (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      return number >= 1 && number <= maxListed ? number : undefined;
    },
  );
  return limit ?? defaultLimit;
}

/**
 * Reads `?subscriberId=`.
 * @throws DomainError InvalidParameter
 */
export function readSubscriber(query: Query): string | undefined {
  return readParameter(query, 'subscriberId', 'one subscriber', (text) =>
    text.includes('\0') ? undefined : text,
  );
}

/**
 * Reads what GET /notification/deliveries asks for.
 * @throws DomainError InvalidParameter
 */
export function readDeliveryQuery(query: Query): DeliveryQuery {
  const id = (name: string) =>
    readParameter(query, name, 'a UUID', (text) => (uuid.test(text) ? text : undefined));
  return {
    limit: readLimit(query),
    event: id('event'),
    subscription: id('subscription'),
    tag: readTag(query),
    type: readParameter(query, 'type', `one of ${pushTypes.join(', ')}`, pushTypeOf),
    state: readParameter(query, 'state', `one of ${states.join(', ')}`, (text) =>
      states.find((state) => state === text.toLowerCase()),
    ),
  };
}

/**
 * Reads what GET /admin/push/explain asks for.
 * @throws DomainError MissingParameter, InvalidParameter
 */
export function readExplainQuery(query: Query): {
  readonly tag: string;
  readonly provider: string | undefined;
  readonly debug: boolean;
} {
  const tag = readTag(query);
  if (tag === undefined) throw missingParameter('tag');
  const provider = readParameter(query, 'provider', 'the name of a provider', (text) => text);
  const debug = readParameter(query, 'debug', 'true or false', (text) =>
    ['true', 'false'].find((word) => word === text.toLowerCase()),
  );
  return { tag, provider, debug: debug === 'true' };
}

function readTag(query: Query): string | undefined {
  return readParameter(query, 'tag', tagForm, (text) => (isTag(text) ? text : undefined));
}

function readParameter<Value>(
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
