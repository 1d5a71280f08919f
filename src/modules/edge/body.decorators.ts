import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { invalidBody } from '../../core/errors/index.js';
import {
  type BodyLimits,
  type BodyRules,
  type Fields,
  queryFields,
  readFields,
  readJson,
  readRaw,
  readText,
  requireObject,
  requireStorable,
} from '../../core/http/body/index.js';
import { plainJson } from '../../core/json/index.js';
import { noteBodyClass } from '../../core/http/openapi/parameters.js';
import { bodyBoundsOf } from './edge-context.js';
import { withoutServerOwnedField, withoutServerOwnedMember } from './gms-user.js';

/** Forms alone: the Storage API. */
const formRules: BodyRules = { json: false, malformedJson: 'badRequest', jsonInForm: false };

/** Forms and JSON, and JSON that calls itself a form: services, service storage, chat. */
const serviceRules: BodyRules = { json: true, malformedJson: 'serverError', jsonInForm: true };

type ReadBody<Value> = (request: Request, bounds: BodyLimits) => Promise<Value>;

/** A decorator whose promise Nest settles before it calls the handler. */
function bodyDecorator<Value>(
  read: ReadBody<Value>,
  ...enhancers: ParameterDecorator[]
): () => ParameterDecorator {
  return createParamDecorator((_: unknown, context: ExecutionContext) => {
    const request = context.switchToHttp().getRequest<Request>();
    return read(request, bodyBoundsOf(request));
  }, enhancers);
}

/** `@FormFields() fields: Fields`: the fields of a form, URL-encoded or multipart. */
export const FormFields = bodyDecorator(async (request, bounds) =>
  withoutServerOwnedField(request, await readFields(request, formRules, bounds)),
);

/** `@ServiceFields() fields: Fields`: the fields of a form, multipart or JSON object. */
export const ServiceFields = bodyDecorator(async (request, bounds) =>
  withoutServerOwnedField(request, await readFields(request, serviceRules, bounds)),
);

/** As `ServiceFields`, with the query's parameters as fields; a body field of the name wins. */
export const ServiceFieldsWithQuery = bodyDecorator(async (request, bounds): Promise<Fields> => {
  const fields = queryFields(request.url);
  for (const [name, value] of await readFields(request, serviceRules, bounds)) {
    fields.set(name, value);
  }
  return withoutServerOwnedField(request, fields);
});

/**
 * `@DtoBody() body: EventBody`: a JSON object, read by its class (core/dto); no body counts as an empty
 * one. Not @Body(): Express would read it before the guard has admitted the request.
 */
export const DtoBody = bodyDecorator(async (request, bounds) => {
  const read = await readJson(request, bounds);
  return requireObject(read === undefined ? {} : read);
}, noteBodyClass);

/** As `DtoBody`, but no body is refused: 400 InvalidBody. */
export const MandatoryDtoBody = bodyDecorator(
  async (request, bounds) => requireObject(requirePresent(await readJson(request, bounds))),
  noteBodyClass,
);

/**
 * `@PlainJsonBody() options: GivenOptions`: a JSON object for who knows JavaScript's numbers alone.
 * Without a body nothing is said: unlike elsewhere that does not count as an empty object.
 */
export const PlainJsonBody = bodyDecorator(async (request, bounds) =>
  requireObject(plainJson(await readJson(request, bounds))),
);

/** As `DtoBody`, of members that are stored under their names, as extensions. */
export const DtoMembers = bodyDecorator(async (request, bounds) => {
  const read = await readJson(request, bounds);
  return withoutServerOwnedMember(request, requireObject(read === undefined ? {} : read));
}, noteBodyClass);

/** As `DtoMembers`, but no body is refused: 400 InvalidBody. */
export const MandatoryDtoMembers = bodyDecorator(async (request, bounds) => {
  const members = requireObject(requirePresent(await readJson(request, bounds)));
  return withoutServerOwnedMember(request, members);
}, noteBodyClass);

/** As `DtoBody`, of members that may stand in the query as well; one of the body wins. */
export const DtoBodyWithQuery = bodyDecorator(async (request, bounds) => {
  const read = await readJson(request, bounds);
  const members = Object.entries(requireObject(read === undefined ? {} : read));
  const given = members.filter(([, value]) => value !== null);
  const query = Object.entries(request.query).map(([name, value]) => [name, withPlus(value)]);
  return Object.fromEntries([...query, ...given]) as object;
}, noteBodyClass);

/** An instant whose offset came with a `+` that was not encoded, and so became a blank. */
const blankOffset = /^(\d{4}-\d\d-\d\dT\S+) (?=\d\d)/;

function withPlus(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(blankOffset, '$1+') : value;
}

/** `@JsonObjectBody() members: object`: a JSON object that is carried as it is; it must be there. */
export const JsonObjectBody = bodyDecorator(async (request, bounds) =>
  requireObject(requirePresent(await readJson(request, bounds))),
);

/** `@JsonValue() value: unknown`: any JSON, which must be there. */
export const JsonValue = bodyDecorator(async (request, bounds) => {
  return requirePresent(await readJson(request, bounds));
});

function requirePresent(read: unknown): unknown {
  if (read === undefined) throw invalidBody('a JSON body is mandatory');
  return read;
}

/**
 * `@TextBody(['application/yaml'], maxBytes) text: string`: a body of text in one of the media types,
 * with a bound of its own instead of `server.max_text_size`.
 */
export const TextBody = (mediaTypes: readonly string[], maxBytes: number): ParameterDecorator =>
  bodyDecorator(async (request, bounds) => {
    const own: BodyLimits = { ...bounds, maxBytes, maxTextBytes: maxBytes };
    const text = await readText(request, mediaTypes, own);
    if (text === undefined) throw invalidBody('the body is not in the charset that it names');
    requireStorable('body', text);
    return text;
  })();

/**
 * `@BytesBody(['application/xml']) { bytes, charset }: RawBody`: a body in one of the media types, of
 * a kind that may say its encoding itself.
 */
export const BytesBody = (mediaTypes: readonly string[]): ParameterDecorator =>
  bodyDecorator((request, bounds) => readRaw(request, mediaTypes, bounds))();
