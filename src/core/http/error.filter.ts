import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { DiskSpace, isConnectionFailure, isDiskFull } from '../database/index.js';
import { databaseUnavailable, DomainError, httpStatusOf, storageFull } from '../errors/index.js';
import { Log } from '../observability/index.js';
import { writeAnswer } from './answer.js';
import { drain, isUnread } from './body/index.js';
import { refusalBy } from './refusal.js';

/** What every error answer holds (conventions.md, Answers). */
interface ErrorAnswer {
  readonly status: number;
  readonly exception: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Turns whatever was thrown into the one error shape; nothing of the inside ever shows. */
@Injectable()
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly disk: DiskSpace,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const answer = this.answerTo(error, request);
    // Who has stopped sending is not waited for; the rest of the body is no next request.
    if (answer.status === 408) response.setHeader('Connection', 'close');
    // Whoever still sends its body would miss an answer before the end of it.
    if (isUnread(request) && answer.status !== 408)
      void drain(request).then(() => sendError(response, answer));
    else sendError(response, answer);
  }

  /** Anything can be thrown, also what throws when it is looked at. */
  private answerTo(error: unknown, request: Request): ErrorAnswer {
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

  private describe(error: unknown, request: Request): ErrorAnswer {
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
      this.disk.note(error);
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

function refuse(error: DomainError, request: Request): ErrorAnswer {
  request.refusal = refusalBy(error);
  return describeDomainError(error);
}

function internalError(request: Request): ErrorAnswer {
  const exception = 'InternalError';
  request.refusal = { exception, reason: undefined, fault: 'server' };
  return {
    status: 500,
    exception,
    message: `the server failed; its log tells why under the request id ${request.id}`,
  };
}

function sendError(response: Response, answer: ErrorAnswer): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (answer.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', answer.retryAfterSeconds);
  }
  // RFC 9110, 11.6.1: a 401 says how to do better.
  if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  writeAnswer(response, answer.status, { message: answer.message, exception: answer.exception });
}

function describeDomainError(error: DomainError): ErrorAnswer {
  return {
    status: httpStatusOf(error.kind),
    exception: error.code,
    message: error.message,
    retryAfterSeconds: error.parameters.retryAfterSeconds,
  };
}

function routeNotFound(request: Request): ErrorAnswer {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
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
