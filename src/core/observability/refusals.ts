import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../http/refusal.js';

/** A request that was refused, once its answer is out. */
export interface RefusedRequest {
  readonly request: Request;
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
