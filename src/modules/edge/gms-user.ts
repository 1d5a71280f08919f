import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { invalidParameter } from '../../core/errors/index.js';
import type { Fields } from '../../core/http/body/index.js';
import { noteHeader } from '../../core/http/openapi/parameters.js';
import { entriesOf, objectOf } from '../../core/json/index.js';
import { accessKeyPrefix, bearerToken } from './credentials.js';
import { headerText, isUserName, maxUserNameLength } from './domain/user-name.js';
import { edgeOf } from './edge-context.js';

/**
 * The end user that a request names (docs/compatibility.md, Ids, time, users): the header of that
 * name as it was sent, or with `security.gms_user = jwt` the verified subject of the bearer token,
 * whatever the header says. undefined when the request names none.
 * @throws DomainError InvalidParameter; Unauthorized, KeySetUnavailable with jwt
 */
export function gmsUserOf(request: Request): string | undefined | Promise<string> {
  const { settings, tokens } = edgeOf(request);
  if (settings.current.gmsUser === 'header') return headerUser(request);
  const token = userToken(request);
  return token === undefined ? undefined : tokens.verifyUser(token);
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Gives a handler the end user of the request: `@GmsUser() user: string | undefined`. */
export const GmsUser: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext) => gmsUserOf(context.switchToHttp().getRequest()),
  [noteHeader('gms_user', 'the end user for whom the call is made')],
);

/**
 * The fields of a body without the key that the server alone writes, whatever its case: with
 * `security.gms_user = jwt` nobody claims a user by writing `gms_user` (docs/compatibility.md, Ids,
 * time, users).
 */
export function withoutServerOwnedField(request: Request, fields: Fields): Fields {
  const key = edgeOf(request).settings.serverOwnedKey;
  if (key === undefined) return fields;
  return new Map([...fields].filter(([name]) => name.toLowerCase() !== key));
}

/**
 * As `withoutServerOwnedField`, of a JSON object whose members are stored under their names. What
 * they hold themselves is the caller's own.
 */
export function withoutServerOwnedMember(request: Request, members: JsonObject): JsonObject {
  const key = edgeOf(request).settings.serverOwnedKey;
  if (key === undefined) return members;
  return objectOf(entriesOf(members).filter(([name]) => name.toLowerCase() !== key));
}

function headerUser(request: Request): string | undefined {
  const header = request.headers.gms_user;
  if (typeof header !== 'string') return undefined;
  const user = headerText(header).trim();
  if (user === '') return undefined;
  if (!isUserName(user)) {
    throw invalidParameter(
      'gms_user',
      `1 to ${String(maxUserNameLength)} characters, none of them a control character`,
    );
  }
  return user;
}

/** An API key may come as a bearer token too; it names no user. */
function userToken(request: Request): string | undefined {
  const token = bearerToken(request);
  if (token?.startsWith(accessKeyPrefix) || request.sender?.key?.asBearer) return undefined;
  return token;
}
