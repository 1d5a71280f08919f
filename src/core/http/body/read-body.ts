import type { Request } from 'express';
import { invalidBody, unsupportedMediaType } from '../../errors/index.js';
import type { FieldValue } from './fields.js';
import { parseForm, valuesOf } from './form.js';
import { jsonFields, type MalformedJson, parseJson, parseJsonText } from './json.js';
import { hasBody, mediaTypeOf } from './media-type.js';
import { readMultipart } from './multipart.js';
import { readBytes } from './read-bytes.js';
import { decoderOf, decodeText } from './text.js';

/** What a call takes as its body. */
export interface BodyRules {
  /** Whether a JSON object is taken beside the two kinds of form. */
  readonly json: boolean;
  readonly malformedJson: MalformedJson;
  /** Deployed clients send a JSON object under a form's content type (conventions.md). */
  readonly jsonInForm: boolean;
}

const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data';
const json = 'application/json';

/**
 * Reads the named values of a body: form, multipart or JSON. No body gives no fields.
 * @param limitBytes how much the body may hold
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge, InvalidBody, InvalidText, TooManyKeys
 */
export async function readFields(
  request: Request,
  rules: BodyRules,
  limitBytes: number,
): Promise<Map<string, FieldValue>> {
  if (!hasBody(request)) return new Map();
  const { essence, charset } = mediaTypeOf(request);
  if (essence === multipart) return readMultipart(request, charset, limitBytes);
  if (essence !== form && !(rules.json && essence === json)) {
    throw unsupportedMediaType(
      shown(request),
      rules.json ? [form, multipart, json] : [form, multipart],
    );
  }
  const body = await readBytes(request, limitBytes);
  if (essence === json) {
    return body.length === 0
      ? new Map()
      : jsonFields(parseJson(body, charset, rules.malformedJson));
  }
  return rules.jsonInForm && startsWithBrace(body)
    ? jsonFields(jsonObjectOf(body, charset) ?? Object.fromEntries(parseForm(body, charset)))
    : parseForm(body, charset);
}

/**
 * Reads a JSON body; undefined when there is none.
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge, InvalidBody
 */
export async function readJson(request: Request, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const { essence, charset } = mediaTypeOf(request);
  if (essence !== json) throw unsupportedMediaType(shown(request), [json]);
  const body = await readBytes(request, limitBytes);
  return body.length === 0 ? undefined : parseJson(body, charset, 'badRequest');
}

/**
 * Reads a body of text.
 * @param takes the media types that the call takes
 * @throws DomainError UnsupportedMediaType, PayloadTooLarge; undefined when it is not in its charset
 */
export async function readText(
  request: Request,
  takes: readonly string[],
  limitBytes: number,
): Promise<string | undefined> {
  const { essence, charset } = mediaTypeOf(request);
  if (hasBody(request) && !takes.includes(essence)) {
    throw unsupportedMediaType(shown(request), takes);
  }
  return decodeText(await readBytes(request, limitBytes), charset);
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
  limitBytes: number,
): Promise<RawBody> {
  const { essence, charset, namesCharset } = mediaTypeOf(request);
  if (hasBody(request) && !takes.includes(essence)) {
    throw unsupportedMediaType(shown(request), takes);
  }
  decoderOf(charset);
  return {
    bytes: await readBytes(request, limitBytes),
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
  limitBytes: number,
): Promise<string[]> {
  const { essence, charset } = mediaTypeOf(request);
  const text = decodeText(await readBytes(request, limitBytes), charset);
  if (text === undefined) throw invalidBody(`the bytes are not in ${charset}`);
  return essence === form ? valuesOf(text, fieldName) : [text];
}

/** A form that begins like JSON but is none is read as the form it says it is. */
function jsonObjectOf(body: Buffer, charset: string): unknown {
  const text = decodeText(body, charset);
  if (text === undefined) return undefined;
  try {
    return parseJsonText(text, 'badRequest');
  } catch {
    return undefined;
  }
}

function startsWithBrace(body: Buffer): boolean {
  const start = body.subarray(0, 64).toString('latin1').trimStart();
  return start.startsWith('{');
}

function shown(request: Request): string {
  return request.headers['content-type']?.slice(0, 100) ?? '(none)';
}
