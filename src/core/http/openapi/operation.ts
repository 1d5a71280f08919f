import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { type DtoClass, OtherMembers } from '../../dto/index.js';
import { bodyClassOf } from './parameters.js';

type RequestBody = NonNullable<Parameters<typeof ApiOperation>[0]['requestBody']>;
type Content = Record<string, object>;

/** A media type's example, of a body or an answer. */
export interface Example {
  readonly mediaType: string;
  readonly example: unknown;
  readonly binary?: boolean;
  /** The class that describes it: one, or each of a list. */
  readonly type?: DtoClass | undefined;
}

/** What the OpenAPI document says of one operation. */
export interface OperationText {
  /** What a client made of the document calls it, as `createStorage`. */
  readonly operationId?: string;
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

export const json = (example: unknown, type?: DtoClass): Example => ({
  mediaType: 'application/json',
  example,
  type,
});
export const form = (example: unknown, type?: DtoClass): Example => ({
  mediaType: 'application/x-www-form-urlencoded',
  example,
  type,
});
export const multipart = (example: unknown, type?: DtoClass): Example => ({
  mediaType: 'multipart/form-data',
  example,
  type,
});
export const text = (example: string): Example => ({ mediaType: 'text/plain', example });

/** Describes an operation in the OpenAPI document, with an example of every answer. */
export function Operation(operation: OperationText): MethodDecorator {
  const decorators: MethodDecorator[] = [describeOperation(operation)];
  for (const [name, example] of Object.entries(operation.path ?? {})) {
    decorators.push(ApiParam({ name, schema: { type: 'string', example } }));
  }
  for (const [name, example] of Object.entries(operation.query ?? {})) {
    decorators.push(ApiQuery({ name, required: false, schema: { type: 'string', example } }));
  }
  decorators.push(describeAnswer(operation), ...describeErrors(operation.errors ?? {}));
  return applyDecorators(...decorators);
}

/** ApiBody knows one media type for all bodies; here each has its own example. */
function describeOperation(operation: OperationText): MethodDecorator {
  const { operationId, summary, section, body } = operation;
  return (target, key, descriptor) => {
    const type = bodyClassOf(target, key);
    const examples = body?.map((example) => ({ ...example, type: example.type ?? type }));
    applyDecorators(
      ApiOperation({
        ...(operationId !== undefined && { operationId }),
        summary,
        description: section,
        ...(examples && { requestBody: bodyOf(examples, operation.isBodyOptional) }),
      }),
      ApiExtraModels(...classesOf(examples), ...classesOf([operation.answer]), ErrorAnswer),
    )(target, key, descriptor);
  };
}

function classesOf(examples: readonly (Example | undefined)[] = []): DtoClass[] {
  return examples.flatMap((example) => example?.type ?? []);
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
      content: { 'application/json': { schema: errorSchema(Object.keys(examples)), examples } },
    }),
  );
}

/** What every refusal answers. */
export class ErrorAnswer {
  @ApiProperty({ type: 'string', description: 'what is wrong, and what to do about it' })
  readonly message!: string;

  @ApiProperty({ type: 'string', description: 'the name of what is wrong' })
  readonly exception!: string;
}

/** The answer of what succeeds and has nothing to say: `{}`. */
@OtherMembers(false)
export class EmptyAnswer {}

function errorSchema(exceptions: readonly string[]): object {
  return {
    allOf: [
      { $ref: getSchemaPath(ErrorAnswer) },
      { type: 'object', properties: { exception: { type: 'string', enum: exceptions } } },
    ],
  };
}

function contentOf({ mediaType, example, binary, type: dto }: Example): Record<string, object> {
  if (dto !== undefined) {
    const one = { $ref: getSchemaPath(dto) };
    const schema = Array.isArray(example) ? { type: 'array', items: one } : one;
    return { [mediaType]: { schema, example } };
  }
  if (binary === true) return { [mediaType]: { schema: { type: 'string', format: 'binary' } } };
  const type = typeof example === 'string' ? 'string' : Array.isArray(example) ? 'array' : 'object';
  const schema = type === 'array' ? { type, items: { type: 'object' } } : { type };
  return { [mediaType]: { schema, example } };
}
