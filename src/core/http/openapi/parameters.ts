import { ApiHeader } from '@nestjs/swagger';
import { type DtoClass, dtoClasses } from '../../dto/index.js';

/** What a decorator of a handler's parameter does beside its own, as `createParamDecorator` takes it. */
export type ParameterEnhancer = ParameterDecorator;

const bodyKey = Symbol('class of the body');

/**
 * Notes the class of the parameter as that of the body, for OpenAPI.
 * @throws Error at start when it is no DTO class, so that nothing passes unread
 */
export const noteBodyClass: ParameterEnhancer = (target, key, index) => {
  if (key === undefined) return;
  const types = Reflect.getMetadata('design:paramtypes', target, key) as DtoClass[];
  const type = types[index];
  if (type === undefined || !dtoClasses.has(type)) {
    const where = `${target.constructor.name}.${String(key)}`;
    throw new Error(`${where}: the body is of no DTO class; is that imported as a type?`);
  }
  Reflect.defineMetadata(bodyKey, type, target, key);
};

/** The class of a handler's body; undefined when no parameter of it has one. */
export function bodyClassOf(target: object, key: string | symbol): DtoClass | undefined {
  return Reflect.getMetadata(bodyKey, target, key) as DtoClass | undefined;
}

/** Says in the OpenAPI document that the handler reads a header. */
export const noteHeader =
  (name: string, description: string): ParameterEnhancer =>
  (target, key) => {
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || descriptor === undefined) return;
    const schema = { type: 'string' } as const;
    ApiHeader({ name, description, required: false, schema })(target, key, descriptor);
  };
