import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { type Refusable, RequestObservation } from '../observability/index.js';
import { ErrorAnswers } from './error-answers.js';
import { endWithError } from './final-response.js';
import { clientClosedRequest, type Refusal } from '../observability/refusal.js';

export interface LastWords {
  /** How long the other side may take to read the answer, milliseconds. */
  readonly lingerMs: number;
  /** When the request came, the process's clock; absent: just now. */
  readonly cameAt?: number;
  /** Headers beside those that every error has, by name. */
  readonly headers?: Readonly<Record<string, string | number>>;
}

/**
 * Refuses what came over a bare connection, as an upgrade or what is no HTTP: in the one error shape,
 * with its line in the log, and counted as any other request.
 */
@Injectable()
export class ConnectionRefusals {
  constructor(
    private readonly answers: ErrorAnswers,
    private readonly observation: RequestObservation,
  ) {}

  /** Answers, closes the connection for good, and tells of it. */
  refuse(request: Refusable, socket: Duplex, error: unknown, words: LastWords): void {
    const isThere = socket.writable;
    const { status } = this.answer(request, socket, error, words);
    const { cameAt } = words;
    const tookMs = cameAt === undefined ? 0 : performance.now() - cameAt;
    this.observation.refused(request, isThere ? status : clientClosedRequest, tookMs);
  }

  /** Tells of what cannot be answered here, as there is no room for another answer. */
  tell(request: Refusable, error: unknown, more: object = {}): void {
    const { status } = this.answers.answerTo(error, request);
    this.observation.refused(request, status, 0, more);
  }

  /** As `refuse`, of a request that tells of itself when its response is closed. */
  answer(
    request: Refusable,
    socket: Duplex,
    error: unknown,
    { lingerMs, headers }: LastWords,
  ): { readonly status: number; readonly refusal: Refusal | undefined } {
    const { status, exception, message, retryAfterSeconds } = this.answers.answerTo(error, request);
    const all = {
      'X-Request-Id': request.id,
      // RFC 9110, 11.6.1: a 401 says how to do better.
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'Retry-After': retryAfterSeconds }),
      ...headers,
    };
    endWithError(socket, { status, exception, message, headers: all }, lingerMs);
    return { status, refusal: request.refusal };
  }
}
