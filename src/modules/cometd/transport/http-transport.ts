import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AccessPolicy } from '../../../core/identity/index.js';
import { invalidBody, invalidParameter } from '../../../core/errors/index.js';
import { queryValues, readTexts } from '../../../core/http/body/index.js';
import { JsonSyntaxError } from '../../../core/json/index.js';
import { bodyBoundsOf, gmsUserOf } from '../../edge/index.js';
import { BayeuxServer } from '../bayeux-server.js';
import { type ClientConnection, clientConnectionOf } from '../session/client-connection.js';
import { endpointPath, isBelowEndpoint } from './endpoint-path.js';
import { HttpExchange } from './http-exchange.js';
import { parseElements } from './parse-elements.js';
import { isCallbackName } from '../protocol/jsonp.js';
import type { Element } from '../protocol/message.js';
import { randomHex } from '../session/random-hex.js';
import { tooManyMessages } from './connection-refusal.js';

/** A request may hold so many bytes; cometd.js itself sends messages of at most 8 kB. */
const maxRequestBytes = 256 * 1024;

const publicAccess = { class: 'public', roles: [] } as const;
const cookie = /(?:^|;\s*)BAYEUX_BROWSER=/;

/**
 * The endpoint over HTTP: long-polling by POST, callback-polling by GET (docs/compatibility.md,
 * Addresses and transports).
 */
@Injectable()
export class HttpTransport {
  private readonly connections = new WeakMap<object, ClientConnection>();

  constructor(
    private readonly server: BayeuxServer,
    private readonly policy: AccessPolicy,
  ) {}

  /** An Express handler, mounted at the endpoint's path. */
  readonly receive = (request: Request, response: Response, next: NextFunction): void => {
    const isOurs = request.method === 'POST' || request.method === 'GET';
    if (!isOurs || !isBelowEndpoint(request.path)) {
      next();
      return;
    }
    request.routePattern = endpointPath;
    this.answer(request, response).catch(next);
  };

  private async answer(request: Request, response: Response): Promise<void> {
    await this.policy.admit(request, publicAccess);
    const user = await gmsUserOf(request);
    const [callback, elements] =
      request.method === 'GET'
        ? readScriptRequest(request)
        : [undefined, await readPostedElements(request)];
    requireMessages(elements);
    if (!cookie.test(request.headers.cookie ?? '')) setCookie(request, response);
    // The request itself is counted.
    this.policy.countCalls(request, elements.length - 1);
    const connection = this.reusableConnectionOf(request);
    const exchange = new HttpExchange(user, response, callback, connection);
    if (!connection.reserveMessages(elements.length)) throw tooManyMessages;
    try {
      await this.server.handle(elements, exchange);
    } finally {
      connection.releaseMessages(elements.length);
    }
  }

  private reusableConnectionOf(request: Request): ClientConnection {
    const known = this.connections.get(request.socket);
    if (known !== undefined) return known;
    const connection = clientConnectionOf(request);
    // Behind a proxy the next request may be another client's.
    if (request.sender?.viaTrustedProxy !== true) this.connections.set(request.socket, connection);
    return connection;
  }
}

async function readPostedElements(request: Request): Promise<Element[] | undefined> {
  const texts = await readTexts(request, 'message', {
    ...bodyBoundsOf(request),
    maxBytes: maxRequestBytes,
  });
  return elementsOfTexts(texts);
}

/** @throws DomainError InvalidParameter about `jsonp` */
function readScriptRequest(request: Request): [callback: string, elements: Element[] | undefined] {
  const [callback = ''] = queryValues(request.url, 'jsonp');
  if (!isCallbackName(callback)) throw invalidParameter('jsonp', 'the name of a function');
  return [callback, elementsOfTexts(queryValues(request.url, 'message'))];
}

/** Of several texts each is an object or an array; all their elements count. */
function elementsOfTexts(texts: readonly string[]): Element[] | undefined {
  const all: Element[] = [];
  for (const text of texts) {
    const elements = parseOrRefuse(text);
    if (elements === undefined) return undefined;
    all.push(...elements);
  }
  return all.length === 0 ? undefined : all;
}

/** @throws DomainError InvalidBody, InvalidText */
function parseOrRefuse(text: string): Element[] | undefined {
  try {
    return parseElements(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw invalidBody(`the messages are not JSON: ${error.message}`);
  }
}

function requireMessages(elements: Element[] | undefined): asserts elements is Element[] {
  if (elements === undefined) {
    throw invalidBody('the body must be a Bayeux message or an array of them');
  }
}

/** Clients of the original expect the cookie; nothing here depends on it. */
function setCookie(request: Request, response: Response): void {
  const secure = 'encrypted' in request.socket ? '; Secure' : '';
  const value = randomHex(16);
  // Older cookie jars do not survive a SameSite.
  response.setHeader('Set-Cookie', `BAYEUX_BROWSER=${value}; Path=/; HttpOnly${secure}`);
}
