import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What the server notes on a request as it comes in. */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express is extended this way only
  namespace Express {
    interface Request {
      /** Names the request in logs and in the `X-Request-Id` header of its answer. */
      id: string;
    }
  }
}

const requestId = /^[A-Za-z0-9._:-]{1,128}$/;

/** The id that the sender has given the request, or one of our own. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && requestId.test(sent) ? sent : randomUUID();
}
