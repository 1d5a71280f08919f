import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Arrival } from '../auth/index.js';
import type { Refusal } from '../http/refusal.js';

/** Whatever came in and may be refused: a request, or what became none. */
export interface Refusable extends Arrival, Pick<Request, 'id' | 'method' | 'refusal'> {
  /** The declared pattern of a route that is handled before Nest. */
  readonly routePattern?: string;
  /** What Express has found; any request has it. */
  readonly route?: { readonly path?: unknown } | undefined;
  /** Where the words for a route that is not there take its path from. */
  readonly originalUrl?: string;
}

/** A request that was refused, once its answer is out. */
export interface RefusedRequest {
  readonly request: Refusable;
  /** The pattern, never the path. */
  readonly route: string;
  readonly status: number;
  /** As the access policy names a caller. */
  readonly caller: string;
  readonly refusal: Refusal;
}

/** Port: who wants to know of refused requests. A listener takes no time and never throws. */
@Injectable()
export class Refusals {
  private readonly listeners: ((refused: RefusedRequest) => void)[] = [];

  listen(listener: (refused: RefusedRequest) => void): void {
    this.listeners.push(listener);
  }

  tell(refused: RefusedRequest): void {
    for (const listener of this.listeners) listener(refused);
  }
}
