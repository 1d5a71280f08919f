import type { Request } from 'express';
import { invalidBody, unsupportedMediaType } from '../../errors/index.js';
import { type BodyLimits, textLimits } from './body-limits.js';
import type { FieldValue } from './fields.js';
import { parseForm, requireFieldLimit, valuesOf } from './form-body.js';
import { jsonFields, tryParseJson, type MalformedJson, parseJson } from './json-body.js';
import { hasBody, mediaTypeOf } from './media-type.js';
import { readMultipart } from './multipart-body.js';
import { readBody, readBytes } from './read-bytes.js';
import { decoderOf, decodeText } from './decode-text.js';

/** What a call takes as its body. */
export interface BodyRules {
  /** Whether a JSON object is taken beside the two kinds of form. */
  readonly json: boolean;
  readonly malformedJson: MalformedJson;
  /**
   * Deployed clients send a JSON object under a form's content type (docs/compatibility.md, Request
   * bodies).
   */
  readonly jsonInForm: boolean;
}

const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data';
const json = 'application/json';

/**
 * Reads the named values of a body: form, multipart or JSON. No body gives no fields.
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge, InvalidBody, InvalidText, TooManyKeys
 */
export async function readFields(
  request: Request,
  rules: BodyRules,
  bounds: BodyLimits,
): Promise<Map<string, FieldValue>> {
  if (!hasBody(request)) return new Map();
  const type = mediaTypeOf(request);
  const { essence, charset } = type;
  if (essence === multipart) return readMultipart(request, type, bounds);
  if (essence !== form && !(rules.json && essence === json)) {
    throw unsupportedMediaType(
      contentTypeText(request),
      rules.json ? [form, multipart, json] : [form, multipart],
    );
  }
  const body = await readBytes(request, textLimits(bounds));
  if (essence === json) {
    return body.length === 0
      ? new Map()
      : jsonFields(parseJson(body, charset, rules.malformedJson));
  }
  return rules.jsonInForm && startsWithBrace(body)
    ? (jsonFieldsOf(body, charset) ?? parseForm(body, charset))
    : parseForm(body, charset);
}

/**
 * Reads a JSON body; undefined when there is none.
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge, InvalidBody
 */
export async function readJson(request: Request, bounds: BodyLimits): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const { essence, charset } = mediaTypeOf(request);
  if (essence !== json) throw unsupportedMediaType(contentTypeText(request), [json]);
  const body = await readBytes(request, textLimits(bounds));
  return body.length === 0 ? undefined : parseJson(body, charset, 'badRequest');
}

/**
 * Reads a body of text.
 * @param takes the media types that the call takes
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge; undefined when it is not in its
 * charset
 */
export async function readText(
  request: Request,
  takes: readonly string[],
  bounds: BodyLimits,
): Promise<string | undefined> {
  const { essence, charset } = mediaTypeOf(request);
  if (hasBody(request) && !takes.includes(essence)) {
    throw unsupportedMediaType(contentTypeText(request), takes);
  }
  return decodeText(await readBytes(request, textLimits(bounds)), charset);
}

/** A body as it came. */
export interface RawBody {
  readonly bytes: Buffer;
  /** That its content type names; undefined when it names none. */
  readonly charset: string | undefined;
}

/**
 * Reads a body without decoding it.
 * @param takes the media types that the call takes
 * @throws DomainError UnsupportedMediaType, also for an unknown charset; PayloadTooLarge
 */
export async function readRaw(
  request: Request,
  takes: readonly string[],
  bounds: BodyLimits,
): Promise<RawBody> {
  const { essence, charset, namesCharset } = mediaTypeOf(request);
  if (hasBody(request) && !takes.includes(essence)) {
    throw unsupportedMediaType(contentTypeText(request), takes);
  }
  decoderOf(charset);
  return {
    bytes: await readBytes(request, bounds),
    charset: namesCharset ? charset : undefined,
  };
}

/**
 * Reads the texts that a body holds: of a form every field of one name, else the whole body,
 * whatever its content type.
 * @throws DomainError PayloadTooLarge, InvalidBody
 */
export async function readTexts(
  request: Request,
  fieldName: string,
  bounds: BodyLimits,
): Promise<string[]> {
  const { essence, charset } = mediaTypeOf(request);
  const { bytes, reservation: held } = await readBody(request, bounds);
  const text = decodeText(bytes, charset);
  // Who reads texts may hold the answer open for long, and keeps little of them.
  held.release();
  if (text === undefined) throw invalidBody(`the bytes are not in ${charset}`);
  if (essence !== form) return [text];
  requireFieldLimit(text);
  return valuesOf(text, fieldName);
}

/** A form that begins like JSON but is none is read as the form it says it is: undefined. */
function jsonFieldsOf(body: Buffer, charset: string): Map<string, FieldValue> | undefined {
  const text = decodeText(body, charset);
  if (text === undefined) return undefined;
  const value = tryParseJson(text);
  return value === undefined ? undefined : jsonFields(value);
}

function startsWithBrace(body: Buffer): boolean {
  const start = body.subarray(0, 64).toString('latin1').trimStart();
  return start.startsWith('{');
}

function contentTypeText(request: Request): string {
  return request.headers['content-type']?.slice(0, 100) ?? '(none)';
}
