import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose, Transform, Type } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { noteDtoClass } from './dto-classes.js';
import type { DtoClass, Fault, Member, WrittenMap } from './kind.js';
import { readMember } from './read-member.js';

/** The name of the one rule of class-validator that members have. */
export const memberRule = 'member';

/**
 * Declares a member, once for class-validator, class-transformer and OpenAPI. What was declared is
 * the constraint of the rule, where plans find it.
 */
export function declareMember(member: Member): PropertyDecorator {
  return applyDecorators(
    ...(member.ofMap === undefined ? [ApiProperty(schemaOf(member))] : []),
    (target: object) => {
      noteDtoClass(target.constructor as DtoClass);
    },
    Expose(),
    // Boolean() walks into nothing and cannot throw; the value is that of @Transform.
    Type(() => Boolean),
    Transform(({ obj, key }) => transformed(member, key, obj as WrittenMap)),
    ValidateBy({
      name: memberRule,
      constraints: [member],
      validator: { validate: (value) => !(value instanceof RefusedValue) },
    }),
  );
}

/** Stands in an instance that class-transformer made for what was refused. */
export class RefusedValue {
  constructor(readonly fault: Fault) {}
}

function transformed(member: Member, name: string, written: WrittenMap): unknown {
  let first: Fault | undefined;
  const value = readMember(member, name, written, (fault) => (first ??= fault), '');
  return first === undefined ? value : new RefusedValue(first);
}

function schemaOf({ kind, presence }: Member): ApiPropertyOptions {
  const { description, example, mandatory = false } = presence;
  return {
    ...kind.schema,
    required: mandatory,
    ...(description !== undefined && { description }),
    ...(example !== undefined && { example }),
  } as ApiPropertyOptions;
}
