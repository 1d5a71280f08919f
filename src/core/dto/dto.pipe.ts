import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { DomainError } from '../errors/index.js';
import { RefusedValue } from './declare-member.js';
import type { DtoClass, WrittenMap } from './kind.js';
import { errorOf, type Plan, planOf, refuse } from './plan.js';

/** How values of a parameter's type are read. */
type Reading = Plan | 'stock' | 'asItIs';

/**
 * Nest's pipe for what DTO classes describe: bodies, query strings, parameters of a path. A class
 * is read by its plan. One with other rules of class-validator is read as Nest does it, and what is no
 * such class is handed on.
 */
@Injectable()
export class DtoPipe extends ValidationPipe {
  private readonly readings = new WeakMap<Type, Reading>();

  constructor() {
    super({
      transform: true,
      validateCustomDecorators: true,
      transformOptions: { excludeExtraneousValues: true, exposeUnsetFields: false },
      exceptionFactory: refusalOf,
    });
  }

  /**
   * No promise where there is nothing to wait for: Nest takes either.
   * @throws DomainError MissingParameter, InvalidParameter, about the first fault
   */
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const reading = metadata.metatype === undefined ? 'asItIs' : this.readingOf(metadata.metatype);
    if (reading === 'stock') return super.transform(value, metadata) as Promise<unknown>;
    const read = reading === 'asItIs' ? value : reading((value ?? {}) as WrittenMap, refuse, '');
    return read as Promise<unknown>;
  }

  private readingOf(type: Type): Reading {
    const known = this.readings.get(type);
    if (known !== undefined) return known;
    const reading = planOf(type as DtoClass) ?? (hasRules(type) ? 'stock' : 'asItIs');
    this.readings.set(type, reading);
    return reading;
  }
}

/** The first of class-validator's errors in the words of this server. */
export function refusalOf(errors: readonly ValidationError[]): DomainError {
  const [error] = errors;
  if (error === undefined) throw new Error('nothing was refused');
  const value: unknown = error.value;
  if (value instanceof RefusedValue) return errorOf(value.fault);
  const [message = 'is wrong'] = Object.values(error.constraints ?? {});
  return new DomainError('invalid', 'InvalidParameter', message);
}

function hasRules(type: Type): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}
