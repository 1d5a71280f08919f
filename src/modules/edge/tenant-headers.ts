import type { IncomingMessage } from 'node:http';
import { invalidParameter } from '../../core/errors/index.js';
import { headerText, isUserName, maxUserNameLength } from './domain/user-name.js';

/**
 * One of the headers `ContactCenterId` and `GroupId`, which name the tenant that a request works
 * for (docs/compatibility.md, Tenants and roles); undefined when it is absent or empty.
 * @throws DomainError InvalidParameter
 */
export function tenantPart(
  { headers }: IncomingMessage,
  name: 'ContactCenterId' | 'GroupId',
): string | undefined {
  const header = headers[name.toLowerCase()];
  const text = header === undefined ? '' : headerText(String(header)).trim();
  if (text === '') return undefined;
  if (isUserName(text)) return text;
  throw invalidParameter(
    name,
    `1 to ${String(maxUserNameLength)} characters, none of them a control character`,
  );
}

/** The contact center that a request names. @throws DomainError InvalidParameter */
export function contactCenterOf(request: IncomingMessage): string | undefined {
  return tenantPart(request, 'ContactCenterId');
}
