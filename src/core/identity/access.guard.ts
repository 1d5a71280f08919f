import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type Access, accessMetadata } from './access.decorators.js';
import { AccessPolicy } from './access-policy.js';

/** Asks the access policy about every request. A route that declares no access does not answer. */
@Injectable()
export class AccessGuard implements CanActivate {
  /** Reflection costs more than the rest of the check; handlers do not change. */
  private readonly accessByHandler = new WeakMap<object, Access>();

  constructor(private readonly policy: AccessPolicy) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    const admitted = this.policy.admit(request, access);
    return admitted === undefined ? true : admitted.then(() => true);
  }

  private accessOf(context: ExecutionContext): Access {
    const handler = context.getHandler();
    let access = this.accessByHandler.get(handler);
    if (access === undefined) {
      access = declaredAccess(handler, context.getClass());
      this.accessByHandler.set(handler, access);
    }
    return access;
  }
}

/** @throws Error when neither the handler nor its class declares an access */
export function declaredAccess(handler: object, controller: object): Access {
  const access: unknown =
    Reflect.getMetadata(accessMetadata, handler) ?? Reflect.getMetadata(accessMetadata, controller);
  if (access === undefined) throw new Error('a route declares neither Public nor Internal');
  return access as Access;
}
