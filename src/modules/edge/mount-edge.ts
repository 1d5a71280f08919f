import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { AccessPolicy } from '../../core/identity/index.js';
import { DomainError } from '../../core/errors/index.js';
import { BodyMemory, requireReadableQuery } from '../../core/http/body/index.js';
import { requestIdOf } from '../../core/observability/request-observer.js';
import { crossOrigin } from './cross-origin.js';
import { canonicalUrl, isPage } from './domain/path-aliases.js';
import { type Edge, edgeKey } from './edge-context.js';
import { EdgeSettings } from './edge-settings.js';
import { receive } from './receive.js';
import { UserTokenVerifier } from './user-token-verifier.js';

/**
 * What every request passes before routing. To be mounted before anything else but the observer.
 * One middleware for all of it: each costs Express another turn of its router.
 */
@Injectable()
export class EdgeMount {
  constructor(
    private readonly settings: EdgeSettings,
    private readonly tokens: UserTokenVerifier,
    private readonly policy: AccessPolicy,
  ) {}

  mount(app: NestExpressApplication): void {
    const { settings, tokens, policy } = this;
    const bodies = new BodyMemory(() => settings.current.maxBodyMemoryBytes);
    const edge: Edge = { settings, tokens, bodies };
    app.set(edgeKey, edge);
    const allowOrigin = crossOrigin(settings);
    const mounted: RequestHandler = (request, response, next) => {
      request.id = requestIdOf(request.headers);
      response.setHeader('X-Request-Id', request.id);
      const url = canonicalUrl(request.url);
      if (url !== request.url) request.url = url;
      if (isPage(url)) pageHeaders(request, response, noop);
      const refusal = refuseEarly(policy, request, response);
      // A page of a listed origin can read a refusal; a preflight would be answered without it.
      if (request.headers.origin === undefined || (refusal && request.method === 'OPTIONS')) {
        next(refusal);
      } else {
        allowOrigin(request, response, (error?: unknown) => {
          next(refusal ?? error);
        });
      }
    };
    app.use(mounted);
  }
}

function refuseEarly(policy: AccessPolicy, request: Request, response: Response): unknown {
  try {
    receive(policy, request, request.originalUrl);
    requireKnownCoding(request, response);
    requireKnownExpectation(request);
    requireReadableQuery(request.url);
  } catch (error) {
    return error;
  }
}

/** Node takes a list that ends in `chunked` and undoes nothing but the chunks (RFC 9112, 6.1). */
function requireKnownCoding(request: Request, response: Response): void {
  const coding = request.headers['transfer-encoding'];
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return;
  response.setHeader('Connection', 'close');
  throw new DomainError(
    'notImplemented',
    'NotImplemented',
    `the transfer coding ${coding.slice(0, 40)} is not taken; send chunked alone`,
  );
}

/** Node would take a list that holds 100-continue for it (RFC 9110, 10.1.1). */
function requireKnownExpectation({ headers: { expect } }: Request): void {
  if (expect === undefined || expect.trim().toLowerCase() === '100-continue') return;
  const message = 'Expect takes 100-continue alone';
  throw new DomainError('expectationFailed', 'ExpectationFailed', message);
}

/** Helmet's own are synchronous. */
const noop = (): void => undefined;

/** Headers for pages; API answers carry nosniff, and none of them is ever shown by a browser. */
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      // The OpenAPI UI styles in its page and has its images in its style sheet.
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
    },
  },
  frameguard: { action: 'deny' },
  // Whether a domain is for HTTPS alone is its operator's decision, made where TLS ends.
  strictTransportSecurity: false,
});
