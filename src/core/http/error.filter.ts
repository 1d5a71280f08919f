import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { writeAnswer, writeEarly } from './answer.js';
import { discardBody, hasUnreadBody, releaseBody } from './body/index.js';
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
    releaseBody(request);
    // What may come of the body is no next request.
    if (sentAtOnce.has(answer.status)) response.setHeader('Connection', 'close');
    else if (hasUnreadBody(request)) {
      void sendBeforeBody(request, response, answer);
      return;
    }
    sendError(response, answer);
  }
}

/** What is on its way already and small is read first, so that its connection can be kept. */
const soon = { mostBytes: 65_536, longestMs: 100 };

/**
 * Answers a request whose body has not come, and which is not waited for. The rest of it is dropped
 * afterwards: the sender would not see the answer on a connection that was closed with unread bytes.
 */
async function sendBeforeBody(
  request: Request,
  response: Response,
  answer: ErrorAnswer,
): Promise<void> {
  await discardBody(request, soon);
  if (!hasUnreadBody(request) || !isOpen(response)) {
    sendError(response, answer);
    return;
  }
  setErrorHeaders(response, answer);
  writeEarly(response, answer.status, bodyOf(answer));
  await discardBody(request);
  response.end();
}

function sendError(response: Response, answer: ErrorAnswer): void {
  if (!isOpen(response)) {
    response.destroy();
    return;
  }
  setErrorHeaders(response, answer);
  writeAnswer(response, answer.status, bodyOf(answer));
}

/** Whether nothing of an answer has been sent, and one can be. */
function isOpen(response: Response): boolean {
  return !response.headersSent && !response.destroyed;
}

function setErrorHeaders(response: Response, answer: ErrorAnswer): void {
  if (answer.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', answer.retryAfterSeconds);
  }
  // RFC 9110, 11.6.1: a 401 says how to do better.
  if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
}

function bodyOf({ message, exception }: ErrorAnswer): object {
  return { message, exception };
}
