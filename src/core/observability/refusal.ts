import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { DomainError, ErrorKind } from '../errors/index.js';
import type { Arrival } from '../identity/index.js';

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
export class RefusalNotifier {
  private readonly listeners: ((refused: RefusedRequest) => void)[] = [];

  subscribe(listener: (refused: RefusedRequest) => void): void {
    this.listeners.push(listener);
  }

  notify(refused: RefusedRequest): void {
    for (const listener of this.listeners) listener(refused);
  }
}

/**
 * Whose fault it is that a request was not served: the caller's, as every 4xx and the 500 that the
 * documents give for malformed JSON; the server's, or of what it depends on; nobody's.
 */
export type Fault = 'client' | 'server' | 'none';

/** Why a request was not served, for log, metrics and audit. */
export interface Refusal {
  /** The short name of the answer, as `InvalidBody`. */
  readonly exception: string;
  /** The words of the answer; undefined where they name what was asked for. */
  readonly reason: string | undefined;
  readonly fault: Fault;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express is extended this way only
  namespace Express {
    interface Request {
      /** Noted by the error filter; undefined for a request that was served. */
      refusal?: Refusal;
      /** How the request was answered when its connection was given up, past its response. */
      brokenOff?: { readonly status: number; readonly refusal: Refusal | undefined };
    }
  }
}

/** Ids and paths open what they name: what was not found is not repeated. */
const undisclosedKinds: ReadonlySet<ErrorKind> = new Set(['notFound']);

const serverFaults: ReadonlySet<ErrorKind> = new Set([
  'rejected',
  'badGateway',
  'unavailable',
  'timedOut',
]);

/** Malformed JSON is a 500 on the Service API, as documented, and the caller's fault all the same. */
const malformedBody = 'InvalidBody';

export function refusalFrom({ kind, code, message }: DomainError): Refusal {
  return {
    exception: code,
    reason: undisclosedKinds.has(kind) ? undefined : message,
    fault: serverFaults.has(kind) && code !== malformedBody ? 'server' : 'client',
  };
}

/**
 * Whose fault a status is when nothing was noted. A 503 without an error is an answer: a node that
 * was put OFFLINE, or is not ready, says so.
 */
export function faultOf(status: number, refusal: Refusal | undefined): Fault {
  if (refusal !== undefined) return refusal.fault;
  if (status < 400 || status === 503 || status === clientClosedRequest) return 'none';
  return status < 500 ? 'client' : 'server';
}

/** What stands for the status of an answer that the client did not wait for. */
export const clientClosedRequest = 499;
