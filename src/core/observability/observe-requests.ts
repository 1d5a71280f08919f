import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import '../http/request.js';
import { RequestObservation } from './request-observation.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express is extended this way only
  namespace Express {
    interface Request {
      /** The declared pattern of a route that is handled before Nest, as `/genesys/cometd`. */
      routePattern?: string;
    }
  }
}

/**
 * Counts and logs every request. To be mounted before anything else. It costs a request 1.4 µs of
 * CPU, half of which is prom-client's observe (measured, without a line written).
 */
export function mountObservability(app: INestApplication): void {
  const observation = app.get(RequestObservation);
  app.use((request: Request, response: Response, next: NextFunction) => {
    const started = performance.now();
    // Comes after the answer was sent, and also when the client went away before.
    response.on('close', () => {
      observation.ended(request, response, performance.now() - started);
    });
    next();
  });
}
