import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';

type RequestBody = NonNullable<Parameters<typeof ApiOperation>[0]['requestBody']>;
type Content = Record<string, object>;

/** A media type's example, of a body or an answer. */
export interface Example {
  readonly mediaType: string;
  readonly example: unknown;
  readonly binary?: boolean;
}

/** What the OpenAPI document says of one operation. */
export interface OperationText {
  readonly summary: string;
  /** The document and section that it implements. */
  readonly section: string;
  /** Path parameters: name → example. */
  readonly path?: Readonly<Record<string, string>>;
  /** Query parameters: name → example. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: readonly Example[];
  /** Whether a call may come without its body. */
  readonly isBodyOptional?: boolean;
  /** The status of success; absent: 200. */
  readonly status?: 200 | 201 | 204;
  /** The answer of success; absent: an empty body. */
  readonly answer?: Example;
  /** An example of the answer's `Location` header. */
  readonly location?: string;
  /** Errors: `status exception` → the message of the example. */
  readonly errors?: Readonly<Record<string, string>>;
}

export const json = (example: unknown): Example => ({ mediaType: 'application/json', example });
export const form = (example: unknown): Example => ({
  mediaType: 'application/x-www-form-urlencoded',
  example,
});
export const multipart = (example: unknown): Example => ({
  mediaType: 'multipart/form-data',
  example,
});
export const text = (example: string): Example => ({ mediaType: 'text/plain', example });

/** Describes an operation in the OpenAPI document, with an example of every answer. */
export function Operation(operation: OperationText): MethodDecorator {
  const { summary, section, body } = operation;
  const decorators: MethodDecorator[] = [
    // ApiBody knows one media type for all bodies; here each has its own example.
    ApiOperation({
      summary,
      description: section,
      ...(body && { requestBody: bodyOf(body, operation.isBodyOptional) }),
    }),
  ];
  for (const [name, example] of Object.entries(operation.path ?? {})) {
    decorators.push(ApiParam({ name, schema: { type: 'string', example } }));
  }
  for (const [name, example] of Object.entries(operation.query ?? {})) {
    decorators.push(ApiQuery({ name, required: false, schema: { type: 'string', example } }));
  }
  decorators.push(describeAnswer(operation), ...describeErrors(operation.errors ?? {}));
  return applyDecorators(...decorators);
}

function bodyOf(examples: readonly Example[], isOptional = false): RequestBody {
  return {
    required: !isOptional,
    content: Object.assign({}, ...examples.map(contentOf)) as Content,
  };
}

const success = { 200: 'OK', 201: 'Created', 204: 'Done' } as const;

function describeAnswer({ status = 200, answer, location }: OperationText): MethodDecorator {
  const word = success[status];
  return ApiResponse({
    status,
    description: answer === undefined ? `${word}, with an empty body` : word,
    ...(answer && { content: contentOf(answer) }),
    ...(location !== undefined && {
      headers: { Location: { schema: { type: 'string' }, example: location } },
    }),
  });
}

function describeErrors(errors: Readonly<Record<string, string>>): MethodDecorator[] {
  const byStatus = new Map<string, Record<string, { value: object }>>();
  for (const [name, message] of Object.entries(errors)) {
    const [status = '', exception = ''] = name.split(' ');
    const examples = byStatus.get(status) ?? {};
    examples[exception] = { value: { message, exception } };
    byStatus.set(status, examples);
  }
  return [...byStatus].map(([status, examples]) =>
    ApiResponse({
      status: Number(status),
      description: Object.keys(examples).join(', '),
      content: { 'application/json': { schema: errorSchema, examples } },
    }),
  );
}

const errorSchema = {
  type: 'object',
  required: ['message', 'exception'],
  properties: { message: { type: 'string' }, exception: { type: 'string' } },
};

function contentOf({ mediaType, example, binary }: Example): Record<string, object> {
  if (binary === true) return { [mediaType]: { schema: { type: 'string', format: 'binary' } } };
  const type = typeof example === 'string' ? 'string' : Array.isArray(example) ? 'array' : 'object';
  const schema = type === 'array' ? { type, items: { type: 'object' } } : { type };
  return { [mediaType]: { schema, example } };
}
