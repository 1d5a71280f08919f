import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ClientErrors } from './core/http/client-errors.js';
import { mountDocs } from './core/http/openapi/index.js';
import { RequestObserver } from './core/observability/index.js';
import { CometdMount } from './modules/cometd/index.js';
import { EdgeMount, mountFrontPage, mountTestPages } from './modules/edge/index.js';

/** Whatever stands before Nest's router, in the order in which requests pass it. */
@Injectable()
export class MountedHandlers {
  constructor(
    private readonly clientErrors: ClientErrors,
    private readonly observer: RequestObserver,
    private readonly edge: EdgeMount,
    private readonly cometd: CometdMount,
  ) {}

  /** To be called before the application is initialized, which appends the router. */
  mount(app: NestExpressApplication): void {
    this.clientErrors.mount(app);
    // First, so that what the edge itself answers is counted as well.
    this.observer.mount(app);
    this.edge.mount(app);
    this.cometd.mount(app);
    mountFrontPage(app);
    mountTestPages(app);
    mountDocs(app);
  }
}
