import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { z } from 'zod';
import { invalidBody } from '../../core/errors/index.js';
import {
  type BodyRules,
  type Fields,
  queryFields,
  readFields,
  readJson,
  readRaw,
  readText,
  requireObject,
  requireStorable,
  requireStorableJson,
} from '../../core/http/body/index.js';
import { parseBody } from './domain/parse-body.js';
import { edgeOf } from './edge.js';
import { withoutServersKey } from './gms-user.js';

/** Forms alone: the Storage API. */
const formRules: BodyRules = { json: false, malformedJson: 'badRequest', jsonInForm: false };

/** Forms and JSON, and JSON that calls itself a form: services, service storage, chat. */
const serviceRules: BodyRules = { json: true, malformedJson: 'serverError', jsonInForm: true };

type Read<Value> = (request: Request, limitBytes: number) => Promise<Value>;

/** A decorator whose promise Nest settles before it calls the handler. */
function bodyDecorator<Value>(read: Read<Value>): () => ParameterDecorator {
  return createParamDecorator((_: unknown, context: ExecutionContext) => {
    const request = context.switchToHttp().getRequest<Request>();
    return read(request, edgeOf(request).settings.current.maxBodySizeBytes);
  });
}

/** `@FormFields() fields: Fields`: the fields of a form, URL-encoded or multipart. */
export const FormFields = bodyDecorator(async (request, limit) =>
  withoutServersKey(request, await readFields(request, formRules, limit)),
);

/** `@ServiceFields() fields: Fields`: the fields of a form, multipart or JSON object. */
export const ServiceFields = bodyDecorator(async (request, limit) =>
  withoutServersKey(request, await readFields(request, serviceRules, limit)),
);

/** As `ServiceFields`, with the query's parameters as fields; a body field of the name wins. */
export const ServiceFieldsWithQuery = bodyDecorator(async (request, limit): Promise<Fields> => {
  const fields = queryFields(request.url);
  for (const [name, value] of await readFields(request, serviceRules, limit)) {
    fields.set(name, value);
  }
  return withoutServersKey(request, fields);
});

/**
 * `@JsonBody(schema) body: z.infer<typeof schema>`: a JSON object; no body counts as an empty one.
 * Members that the schema does not name are ignored. Faults are answered 400 MissingParameter or
 * InvalidParameter and name the member.
 */
export const JsonBody = (schema: z.ZodType): ParameterDecorator =>
  bodyDecorator(async (request, limit) => {
    const read = await readJson(request, limit);
    const body = requireObject(read === undefined ? {} : read);
    requireStorableJson(body);
    return parseBody(schema, body);
  })();

/** As `JsonBody`, but no body is refused: 400 InvalidBody. */
export const MandatoryJsonBody = (schema: z.ZodType): ParameterDecorator =>
  bodyDecorator(async (request, limit) => {
    const body = requireObject(requirePresent(await readJson(request, limit)));
    requireStorableJson(body);
    return parseBody(schema, body);
  })();

/** `@JsonValue() value: unknown`: any JSON, which must be there. */
export const JsonValue = bodyDecorator(async (request, limit) => {
  const value = requirePresent(await readJson(request, limit));
  requireStorableJson({ value });
  return value;
});

function requirePresent(read: unknown): unknown {
  if (read === undefined) throw invalidBody('a JSON body is mandatory');
  return read;
}

/** `@TextBody(['application/yaml']) text: string`: a body of text in one of the media types. */
export const TextBody = (mediaTypes: readonly string[]): ParameterDecorator =>
  bodyDecorator(async (request, limit) => {
    const text = await readText(request, mediaTypes, limit);
    if (text === undefined) throw invalidBody('the body is not in the charset that it names');
    requireStorable('body', text);
    return text;
  })();

/**
 * `@BytesBody(['application/xml']) { bytes, charset }: RawBody`: a body in one of the media types, of
 * a kind that may say its encoding itself.
 */
export const BytesBody = (mediaTypes: readonly string[]): ParameterDecorator =>
  bodyDecorator((request, limit) => readRaw(request, mediaTypes, limit))();
