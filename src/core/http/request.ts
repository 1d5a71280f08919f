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

export {};
