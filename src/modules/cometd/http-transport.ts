import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AccessPolicy } from '../../core/auth/index.js';
import { invalidBody, invalidParameter } from '../../core/errors/index.js';
import { queryValues, readTexts, withoutMark } from '../../core/http/body/index.js';
import { JsonSyntaxError, parseJson, plainJson } from '../../core/json/index.js';
import { bodyBoundsOf, gmsUserOf } from '../edge/index.js';
import { BayeuxServer } from './bayeux-server.js';
import { HttpExchange } from './http-exchange.js';
import { isCallbackName } from './protocol/jsonp.js';
import { type Element, elementsOf } from './protocol/message.js';
import { randomHex } from './random-hex.js';

/** A request may hold so many bytes; cometd.js itself sends messages of at most 8 kB. */
const mostBytes = 256 * 1024;

/** Messages of one request; a client batches a handful. */
const mostMessages = 1000;

const endings = new Set(['', '/', '/handshake', '/connect', '/disconnect']);
const publicAccess = { class: 'public', roles: [] } as const;
const cookie = /(?:^|;\s*)BAYEUX_BROWSER=/;

/** The endpoint over HTTP: long-polling by POST, callback-polling by GET (cometd.md, Wire). */
@Injectable()
export class HttpTransport {
  constructor(
    private readonly server: BayeuxServer,
    private readonly policy: AccessPolicy,
  ) {}

  /** An Express handler, mounted at the endpoint's path. */
  readonly receive = (request: Request, response: Response, next: NextFunction): void => {
    const ending = request.path.replace(/(?<=.)\/$/, '');
    const isOurs = request.method === 'POST' || request.method === 'GET';
    if (!isOurs || !endings.has(ending)) {
      next();
      return;
    }
    request.routePattern = '/genesys/cometd';
    this.answer(request, response).catch(next);
  };

  private async answer(request: Request, response: Response): Promise<void> {
    await this.policy.admit(request, publicAccess);
    const user = await gmsUserOf(request);
    const [callback, elements] =
      request.method === 'GET' ? scriptOf(request) : [undefined, await posted(request)];
    requireMessages(elements);
    if (!cookie.test(request.headers.cookie ?? '')) setCookie(request, response);
    await this.server.handle(elements, new HttpExchange(user, response, callback));
  }
}

async function posted(request: Request): Promise<Element[] | undefined> {
  const texts = await readTexts(request, 'message', { ...bodyBoundsOf(request), mostBytes });
  return elementsOfTexts(texts);
}

/** @throws DomainError InvalidParameter about `jsonp` */
function scriptOf(request: Request): [callback: string, elements: Element[] | undefined] {
  const [callback = ''] = queryValues(request.url, 'jsonp');
  if (!isCallbackName(callback)) throw invalidParameter('jsonp', 'the name of a function');
  return [callback, elementsOfTexts(queryValues(request.url, 'message'))];
}

/** Of several texts each is an object or an array; all their elements count. */
function elementsOfTexts(texts: readonly string[]): Element[] | undefined {
  const all: Element[] = [];
  for (const text of texts) {
    const elements = elementsOf(parse(text));
    if (elements === undefined) return undefined;
    all.push(...elements);
  }
  return all.length === 0 ? undefined : all;
}

/** @throws DomainError InvalidBody, InvalidText */
function parse(text: string): unknown {
  try {
    return plainJson(parseJson(withoutMark(text)));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw invalidBody(`the messages are not JSON: ${error.message}`);
  }
}

function requireMessages(elements: Element[] | undefined): asserts elements is Element[] {
  if (elements === undefined) {
    throw invalidBody('the body must be a Bayeux message or an array of them');
  }
  if (elements.length > mostMessages) {
    throw invalidBody(`the body has more than ${String(mostMessages)} messages`);
  }
}

/** Clients of the original expect the cookie; nothing here depends on it. */
function setCookie(request: Request, response: Response): void {
  const secure = 'encrypted' in request.socket ? '; Secure' : '';
  const value = randomHex(16);
  response.setHeader(
    'Set-Cookie',
    `BAYEUX_BROWSER=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`,
  );
}
