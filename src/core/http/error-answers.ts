import { HttpException, Injectable, NotFoundException } from '@nestjs/common';
import { DiskSpace, isConnectionFailure, isDiskFull } from '../database/index.js';
import { databaseUnavailable, DomainError, httpStatusOf, storageFull } from '../errors/index.js';
import { Log, type Refusable } from '../observability/index.js';
import { refusalFrom } from '../observability/refusal.js';

/** What every error answer holds (docs/compatibility.md, Answers). */
export interface ErrorAnswer {
  readonly status: number;
  readonly exception: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Finds the answer to whatever was thrown, and notes on the request why it was refused. */
@Injectable()
export class ErrorAnswers {
  constructor(
    private readonly log: Log,
    private readonly disk: DiskSpace,
  ) {}

  /** Anything can be thrown, also what throws when it is looked at. */
  answerTo(error: unknown, request: Refusable): ErrorAnswer {
    try {
      return this.describe(error, request);
    } catch (failure) {
      this.log.error(
        { err: failure, requestId: request.id },
        'a request failed with what cannot be read',
      );
      return internalError(request);
    }
  }

  private describe(error: unknown, request: Refusable): ErrorAnswer {
    if (error instanceof DomainError) return refuse(error, request);
    if (isConnectionFailure(error)) {
      // Without its stack: during an outage there is one of these for every request.
      this.log.warn(
        { why: reasonOf(error), requestId: request.id },
        'the database is not reachable',
      );
      return refuse(databaseUnavailable(error), request);
    }
    if (isDiskFull(error)) {
      this.disk.recordError(error);
      this.log.error({ why: reasonOf(error), requestId: request.id }, 'a disk is full');
      return refuse(storageFull(error), request);
    }
    const status = clientStatusOf(error);
    if (status !== undefined) {
      const answer =
        error instanceof NotFoundException ? routeNotFound(request) : describeClientError(status);
      const reason = status === 404 ? undefined : answer.message;
      request.refusal = { exception: answer.exception, reason, fault: 'client' };
      return answer;
    }
    this.log.error({ err: error, requestId: request.id }, 'a request failed unexpectedly');
    return internalError(request);
  }
}

function refuse(error: DomainError, request: Refusable): ErrorAnswer {
  request.refusal = refusalFrom(error);
  return describeDomainError(error);
}

function internalError(request: Refusable): ErrorAnswer {
  const exception = 'InternalError';
  request.refusal = { exception, reason: undefined, fault: 'server' };
  return {
    status: 500,
    exception,
    message: `the server failed; its log tells why under the request id ${request.id}`,
  };
}

function describeDomainError(error: DomainError): ErrorAnswer {
  return {
    status: httpStatusOf(error.kind),
    exception: error.code,
    message: error.message,
    retryAfterSeconds: error.parameters.retryAfterSeconds,
  };
}

function routeNotFound(request: Refusable): ErrorAnswer {
  const path = request.originalUrl?.split('?', 1)[0] ?? '';
  return {
    status: 404,
    exception: 'RouteNotFound',
    message: `there is no ${request.method} ${path.slice(0, 200)}`,
  };
}

/** Express and its parts mark a caller's fault with a status of 4xx. */
function clientStatusOf(error: unknown): number | undefined {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { status?: unknown } | null | undefined)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function describeClientError(status: number): ErrorAnswer {
  if (status === 403) {
    return { status, exception: 'Forbidden', message: 'this call is not allowed' };
  }
  return {
    status: 400,
    exception: 'InvalidParameter',
    message: 'the address of the request cannot be decoded',
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
