import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AddressBlocks, ownVia } from '../identity/index.js';
import { type CallResult, failureResultOf } from './call-result.js';
import { ConnectionPool } from './connection-pool.js';
import {
  forbiddenReason,
  forbiddenAddressReason,
  forbiddenAddressToAllReason,
  forbiddenToAllReason,
} from './forbidden-targets.js';
import { HostResolver, createLookup } from './host-resolver.js';
import { DiscardedBodies } from './discarded-bodies.js';
import { OutgoingSettings } from './outgoing-settings.js';

/** A call to another system. */
export interface OutgoingCall {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** Or its pieces. */
  readonly body?: string | Uint8Array | readonly Uint8Array[];
  readonly signal: AbortSignal;
  /** Headers that must not go on to another origin. */
  readonly secretHeaders?: readonly string[];
  /** Of which answers the body is wanted, by their status; of none unless given. */
  readonly needsBody?: (status: number) => boolean;
}

/**
 * Connections to one origin that the operator named, at least: push services answer in parallel.
 */
const trustedConnections = 100;

const maxRedirects = 3;
/** So much of a body is read, bytes. */
export const maxBodyBytes = 65_536;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Calls to other systems over HTTP (docs/compatibility.md, Where calls may go). A *guarded* call
 * goes where a caller of ours said: private targets are refused, whatever spelling, name or
 * redirect leads to them, and the address that was checked is the one that is connected to. A
 * *trusted* call goes where the operator said, if not to a link-local address. Each carries a
 * `Via`, so that no call that comes back to a server like this one counts as one from inside.
 */
@Injectable()
export class OutgoingCalls implements OnModuleDestroy {
  private allowed = new AddressBlocks([]);
  private guardedConnections: ConnectionPool;
  private trustedConnections: ConnectionPool;
  private readonly discardedBodies = new DiscardedBodies();

  constructor(
    private readonly settings: OutgoingSettings,
    private readonly hosts: HostResolver,
  ) {
    this.guardedConnections = this.openConnections(true);
    this.trustedConnections = this.openConnections(false);
    let facts = JSON.stringify(settings.current);
    settings.onChange(() => {
      if (facts === JSON.stringify(settings.current)) return;
      facts = JSON.stringify(settings.current);
      this.replaceConnections();
    });
  }

  /** Why a URL must not be called as far as its text says; undefined when it may be. */
  forbiddenReason(url: string): string | undefined {
    return forbiddenReason(url, this.allowed);
  }

  /** Calls where a caller of ours said. Never rejects. */
  async callGuarded(call: OutgoingCall): Promise<CallResult> {
    let next = call;
    for (let redirected = 0; ; redirected++) {
      const why = this.forbiddenReason(next.url);
      if (why !== undefined) {
        return { kind: 'failed', code: 'ForbiddenTarget', reason: `the target ${why}` };
      }
      const result = await this.send(this.guardedConnections, next);
      const location = redirectTargetOf(result, next.url);
      if (result.kind === 'failed' || location === undefined) return result;
      if (redirected === maxRedirects) {
        return { kind: 'failed', code: 'TooManyRedirects', reason: 'redirected more than 3 times' };
      }
      next = redirectedCall(next, result.status, location);
    }
  }

  /** Calls where the operator said; redirects are answers like others. Never rejects. */
  async callTrusted(call: OutgoingCall): Promise<CallResult> {
    const why = forbiddenToAllReason(call.url);
    if (why !== undefined) {
      return { kind: 'failed', code: 'ForbiddenTarget', reason: `the target ${why}` };
    }
    return this.send(this.trustedConnections, call);
  }

  onModuleDestroy(): void {
    this.discardedBodies.close();
    this.guardedConnections.destroy();
    this.trustedConnections.destroy();
  }

  private async send(connections: ConnectionPool, call: OutgoingCall): Promise<CallResult> {
    const { url, method, body, signal, needsBody } = call;
    const headers = { ...call.headers, Via: ownVia };
    try {
      signal.throwIfAborted();
      const answer = await connections.send({ url, method, headers, body, signal });
      const status = answer.statusCode ?? 0;
      const result = {
        kind: 'answered',
        status,
        headers: firstHeaderValues(answer.headers),
      } as const;
      if (needsBody?.(status) === true) return { ...result, body: await readBeginning(answer) };
      this.discardedBodies.discard(answer);
      return { ...result, body: '' };
    } catch (error) {
      return failureResultOf(error);
    }
  }

  /** What is under way on the old ones goes on; idle connections close by themselves. */
  private replaceConnections(): void {
    const old = [this.guardedConnections, this.trustedConnections];
    this.allowed = new AddressBlocks(this.settings.current.allowedNetworks);
    this.guardedConnections = this.openConnections(true);
    this.trustedConnections = this.openConnections(false);
    for (const connections of old) connections.close();
  }

  private openConnections(isGuarded: boolean): ConnectionPool {
    const { connectionTimeoutMs, socketTimeoutMs, maxConnectionsPerRoute } = this.settings.current;
    return new ConnectionPool({
      maxConnections: isGuarded
        ? maxConnectionsPerRoute
        : Math.max(maxConnectionsPerRoute, trustedConnections),
      connectTimeoutMs: connectionTimeoutMs,
      socketTimeoutMs: socketTimeoutMs,
      lookup: isGuarded
        ? createLookup(this.hosts, (address) => forbiddenAddressReason(address, this.allowed))
        : createLookup(this.hosts, forbiddenAddressToAllReason),
    });
  }
}

function redirectTargetOf(result: CallResult, from: string): string | undefined {
  if (result.kind === 'failed' || !redirects.has(result.status)) return undefined;
  const { location } = result.headers;
  if (location === undefined || !URL.canParse(location, from)) return undefined;
  return new URL(location, from).href;
}

/** The body goes along, except after 303, which says that it has been taken. */
function redirectedCall(call: OutgoingCall, status: number, url: string): OutgoingCall {
  const { body, ...rest } = call;
  const isOtherOrigin = new URL(url).origin !== new URL(call.url).origin;
  const secret = isOtherOrigin ? (call.secretHeaders ?? []) : [];
  const headers = Object.fromEntries(
    Object.entries(call.headers).filter(([name]) => !secret.includes(name)),
  );
  if (status === 303) return { ...rest, url, headers, method: 'GET' };
  return { ...rest, url, headers, ...(body === undefined ? {} : { body }) };
}

function firstHeaderValues(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value[0] : value) ?? '',
    ]),
  );
}

/**
 * Reads the beginning; of a longer body the connection is given up. The status has been said: a
 * body that breaks off, or comes to no end in time, is what has come of it.
 */
async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBodyBytes) break;
    }
  } catch {
    // As above.
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8');
}
