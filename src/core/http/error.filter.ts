import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { writeAnswer } from './answer.js';
import { drain, isUnread } from './body/index.js';
import { type ErrorAnswer, ErrorAnswers } from './error-answers.js';

/** Who has stopped sending, or waits for leave to send, is not waited for. */
const sentAtOnce: ReadonlySet<number> = new Set([408, 417]);

/** Turns whatever was thrown into the one error shape; nothing of the inside ever shows. */
@Injectable()
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly answers: ErrorAnswers) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const answer = this.answers.answerTo(error, request);
    const isWaitedFor = isUnread(request) && !sentAtOnce.has(answer.status);
    // What may come of the body is no next request.
    if (sentAtOnce.has(answer.status)) response.setHeader('Connection', 'close');
    // Whoever still sends its body would miss an answer before the end of it.
    if (isWaitedFor) void drain(request).then(() => sendError(response, answer));
    else sendError(response, answer);
  }
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
