import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { type DtoClass, membersOf } from '../../core/dto/index.js';
import { invalidParameter } from '../../core/errors/index.js';
import { queryFields } from '../../core/http/body/index.js';

/**
 * `@KnownQuery(DeliveriesQuery)`, `@KnownQuery('limit', 'section')`: the query parameters that a call
 * takes, by the class that reads them or by their names, for calls that are ours alone; any other is 400 InvalidParameter and named. (Documented calls ignore what they do not know:
 * deployed clients send more.)
 */
export function KnownQuery(
  ...known: readonly [DtoClass] | readonly string[]
): MethodDecorator & ClassDecorator {
  const names = known.flatMap((one) =>
    typeof one === 'string' ? one : [...membersOf(one).keys()],
  );
  return UseGuards(new KnownQueryGuard(names));
}

class KnownQueryGuard implements CanActivate {
  constructor(private readonly names: readonly string[]) {}

  canActivate(context: ExecutionContext): boolean {
    const { url } = context.switchToHttp().getRequest<Request>();
    for (const name of queryFields(url).keys()) {
      if (!this.names.includes(name)) throw this.unknown(name);
    }
    return true;
  }

  private unknown(name: string): Error {
    const known = this.names.length === 0 ? 'none' : this.names.join(', ');
    return invalidParameter(
      JSON.stringify(name.slice(0, 60)),
      `nothing here: it is no parameter of this call, which has ${known}`,
    );
  }
}
