import type { Server } from 'node:http';
import { type INestApplication, Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { declareMountedRoutes } from '../../../core/http/route-table.js';
import { BayeuxServer } from '../bayeux-server.js';
import { cometdOperation } from '../cometd.openapi.js';
import { endpointPath } from './endpoint-path.js';
import { HttpTransport } from './http-transport.js';
import { WebSocketTransport } from './websocket-transport.js';
import { ActiveRequests } from '../../../core/lifecycle/index.js';

/**
 * Mounts the comet endpoint before Nest's router: it reads its bodies itself and holds requests
 * open. To be mounted after the edge.
 */
@Injectable()
export class CometdMount {
  constructor(
    private readonly http: HttpTransport,
    private readonly webSockets: WebSocketTransport,
    private readonly bayeux: BayeuxServer,
  ) {}

  mount(app: NestExpressApplication): void {
    const server: Server = app.getHttpServer();
    app.use(endpointPath, this.http.receive);
    this.webSockets.listen(server);
    ActiveRequests.forServer(server).onStop(() => {
      this.bayeux.stop();
    });
    declareCometd(app);
  }
}

/** Puts the endpoint into the route table and the OpenAPI document. */
export function declareCometd(app: INestApplication): void {
  const common = {
    path: endpointPath,
    handler: 'HttpTransport.receive',
    access: 'public',
  } as const;
  declareMountedRoutes(
    app,
    { ...common, method: 'GET', operation: cometdOperation('GET') },
    { ...common, method: 'POST', operation: cometdOperation('POST') },
  );
}
