import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Request } from 'express';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { AccessPolicy } from '../../../core/identity/index.js';
import { ConnectionRefusals } from '../../../core/http/connection-refusals.js';
import { closeWithin } from '../../../core/http/final-response.js';
import { requestIdOf } from '../../../core/observability/request-observer.js';
import { Log, type Refusable } from '../../../core/observability/index.js';
import { canonicalUrl, gmsUserOf, isAllowedOrigin, receive } from '../../edge/index.js';
import { BayeuxServer } from '../bayeux-server.js';
import { type ClientConnection, clientConnectionOf } from '../session/client-connection.js';
import { CometdMetrics } from '../session/cometd-metrics.js';
import { cometdSection } from '../cometd.section.js';
import { parseElements } from './parse-elements.js';
import { endpointPath, isEndpoint } from './endpoint-path.js';
import type { Element } from '../protocol/message.js';
import { errors } from '../protocol/replies.js';
import { SocketConnection } from './socket-connection.js';
import { type FrameRefusal, frameRefusals, refusals } from './connection-refusal.js';
import { Configuration } from '../../../core/settings/index.js';

const publicAccess = { class: 'public', roles: [] } as const;
const maxFrameBytes = 256 * 1024;

/** How long the client of an upgrade that was refused may take to read why, milliseconds. */
const lingerMs = 500;

/** How exactly a websocket ends in time, milliseconds. */
const tickMs = 500;

/**
 * The endpoint over websockets, on the same path (docs/compatibility.md, Addresses and transports).
 */
@Injectable()
export class WebSocketTransport implements OnModuleInit, OnModuleDestroy {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    // The first one that the client offers.
    handleProtocols: (offered) => [...offered][0] ?? false,
  });

  private readonly connections = new Set<SocketConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly server: BayeuxServer,
    private readonly policy: AccessPolicy,
    private readonly configuration: Configuration,
    private readonly metrics: CometdMetrics,
    private readonly log: Log,
    private readonly refusing: ConnectionRefusals,
  ) {}

  /** Takes the upgrades that come to the server; those to other paths are refused. */
  listen(server: Server): void {
    // It is emitted within handleUpgrade, and thrown on from there.
    this.sockets.on('wsClientError', (error) => {
      throw refusals.noWebSocket(error.message);
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      const cameAt = performance.now();
      const request = incoming as Request;
      request.id = requestIdOf(request.headers);
      socket.on('error', () => socket.destroy());
      this.upgrade(request, socket, head).catch((error: unknown) => {
        const headers = { 'Sec-WebSocket-Version': '13, 8' };
        this.refusing.refuse(request, socket, error, { lingerMs, cameAt, headers });
      });
    });
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.checkConnections(performance.now()), tickMs);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private async upgrade(request: Request, socket: Duplex, head: Buffer): Promise<void> {
    const isOurs = isEndpoint(canonicalUrl(request.url));
    if (isOurs) request.routePattern = endpointPath;
    receive(this.policy, request, request.url);
    if (!isOurs) throw refusals.otherPath();
    if (this.server.isStopping) throw refusals.stopping();
    if (!isAllowedOrigin(request)) throw refusals.foreignPage();
    await this.policy.admit(request, publicAccess);
    const user = await gmsUserOf(request);
    // Stock clients fall back to long-polling then.
    if (user === undefined) throw refusals.nobody();
    // Each is for one session at least.
    if (this.sockets.clients.size >= this.configuration.get(cometdSection).max_sessions_per_node) {
      this.metrics.refused.labels(errors.tooManySessions).inc();
      throw refusals.tooManySessions();
    }
    const taken = this.connections.size;
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.open(webSocket, user, request);
    });
    // It has been refused in words of its own, for its headers.
    if (this.connections.size === taken) closeWithin(socket, lingerMs);
  }

  private open(socket: WebSocket, user: string, request: Request): void {
    const client = clientConnectionOf(request);
    const connection = new SocketConnection(socket, user, client, performance.now());
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
    let working: Promise<void> = Promise.resolve();
    socket.on('error', (error) => this.log.debug({ err: error }, 'a comet websocket failed'));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      // What still comes while the connection is being closed is not read.
      if (connection.isGone) return;
      const elements = isBinary ? undefined : tryParseElements(textOf(data));
      const refusal = this.closeCodeFor(elements, isBinary, client, request);
      if (elements === undefined || refusal !== undefined) {
        const { error, closeCode } = refusal ?? frameRefusals.noMessages;
        connection.close(closeCode);
        this.refusing.tell(frameOf(request), error, { closeCode });
        return;
      }
      working = working
        .then(() => this.receive(connection, elements))
        .finally(() => client.releaseMessages(elements.length));
    });
  }

  /** Why a websocket is closed because of a frame; undefined: the frame is taken. */
  private closeCodeFor(
    elements: readonly Element[] | undefined,
    isBinary: boolean,
    client: ClientConnection,
    request: Request,
  ): FrameRefusal | undefined {
    if (isBinary) return frameRefusals.binary;
    if (elements === undefined) return frameRefusals.noMessages;
    try {
      this.policy.countCalls(request, Math.max(elements.length, 1));
    } catch (error) {
      return { error, closeCode: 1013 };
    }
    return client.reserveMessages(elements.length) ? undefined : frameRefusals.tooManyMessages;
  }

  /** @param now the process's clock, milliseconds */
  private checkConnections(now: number): void {
    const longestSilentMs = this.configuration.get(cometdSection).max_interval * 1000;
    for (const connection of this.connections) connection.check(now, longestSilentMs);
  }

  private async receive(connection: SocketConnection, elements: readonly Element[]): Promise<void> {
    if (connection.isGone) return;
    // Old clients send an empty array as a sign of life, and want it back.
    if (elements.length === 0) {
      connection.send('[]');
      return;
    }
    try {
      await this.server.handle(elements, connection.createExchange());
    } catch (error) {
      this.log.debug({ err: error }, 'a comet websocket could not be answered');
      // The client keeps its id and comes back.
      connection.close(1013);
    }
  }
}

/** A frame as what comes in and may be refused: from whom, its upgrade has told. */
function frameOf({ id, headers, socket, sender }: Request): Refusable {
  return { id, headers, socket, sender, method: 'WEBSOCKET', routePattern: endpointPath };
}

function tryParseElements(text: string): Element[] | undefined {
  try {
    return parseElements(text);
  } catch {
    return undefined;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
