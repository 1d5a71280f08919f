import type { Request } from 'express';
import type { Role } from './access.decorators.js';

/** What the access policy found out about the sender of a request. */
export interface Sender {
  /** Canonical text of the client's address; undefined when a trusted proxy names none. */
  readonly address: string | undefined;
  /** Whether the connection comes from a trusted proxy, so that its `X-Forwarded-…` count. */
  readonly viaTrustedProxy: boolean;
  /** The API key that admitted the request, when one did. */
  readonly key?: SenderKey;
}

export interface SenderKey {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The values of ContactCenterId that it is for; null: for all tenants, and for none. */
  readonly tenants: readonly string[] | null;
  /** Null when it never ends. */
  readonly expiresAt: Date | null;
  /** Whether its end has come, by the database's clock. */
  readonly hasExpired?: boolean;
  /** Whether it came as `Authorization: Bearer`, which then holds no token of a user. */
  readonly asBearer: boolean;
}

/** What the access policy looks at of whatever comes over a connection, be it no whole request. */
export type Arrival = Pick<Request, 'headers' | 'socket' | 'sender'>;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express is extended this way only
  namespace Express {
    interface Request {
      /** Noted by the access policy; undefined until it has seen the request. */
      sender?: Sender;
      /** Whether the access policy has received the request, and so counted it. */
      isReceived?: true;
    }
  }
}
