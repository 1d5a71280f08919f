import { clearTimeout, setTimeout } from 'node:timers';
import { StartLock } from './coordination/start-lock.js';
import { UserRegistry } from './coordination/user-registry.js';
import { connectionUrl } from './connect.js';
import { holdsDatabase } from './installation/home.js';
import { rotateLog } from './server-log.js';
import { findPostmaster, isPostmaster, stopPostmaster } from './postmaster.js';
import { ensureServer, type Server } from './ensure-server.js';
import type { ServerContext } from './server-context.js';
import type { EmbeddedPostgres } from './embedded-postgres.js';

/** Longer than a start may take, so that waiting for somebody else's start does not fail before it does. */
export const LOCK_MS = 330_000;
const STOP_LOCK_MS = 60_000;
const MAX_PAUSE_MS = 30_000;

export interface Supervision {
  context: ServerContext;
  server: Server;
  /** This process's registration. */
  user: string;
  database: string;
  intervalMs: number;
}

/** Keeps the server of a site running until `stop()`; several processes may do so at once. */
export class Supervisor implements EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly adopted: boolean;
  readonly folder: string;
  private readonly lock: StartLock;
  private readonly users: UserRegistry;
  private pid: number;
  private timer: NodeJS.Timeout | undefined;
  private check: Promise<void> = Promise.resolve();
  private stopping: Promise<void> | undefined;
  private pauseMs: number;

  constructor(private readonly supervision: Supervision) {
    const { context: site, server, database } = supervision;
    this.url = connectionUrl(site.home.data, server.port, database);
    this.port = server.port;
    this.adopted = server.adopted;
    this.folder = site.home.folder;
    this.lock = new StartLock(site.home.locks);
    this.users = new UserRegistry(site.home.users);
    this.pid = server.pid;
    this.pauseMs = supervision.intervalMs;
    this.schedule();
  }

  stop(): Promise<void> {
    this.stopping ??= this.release();
    return this.stopping;
  }

  abandon(): void {
    const { context: site, user } = this.supervision;
    clearTimeout(this.timer);
    this.users.unregister(user);
    if (this.users.livingPids().length > 0) return;
    const running = findPostmaster(site.home.data, site.home.account);
    if (running) process.kill(running.pid, 'SIGINT');
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.check = this.checkServer().finally(() => {
        if (!this.stopping) this.schedule();
      });
    }, this.pauseMs);
    this.timer.unref();
  }

  /** One look; never rejects. After a failed restart the pauses double, up to 30 s. */
  private async checkServer(): Promise<void> {
    const { context: site, intervalMs } = this.supervision;
    this.rotateServerLog();
    try {
      if (!isPostmaster(this.pid, site.home.data, site.home.account)) await this.restart();
      this.pauseMs = intervalMs;
    } catch (error) {
      // Given up because stop() was called.
      if (this.stopping) return;
      this.pauseMs = Math.min(this.pauseMs * 2, MAX_PAUSE_MS);
      const again = `Trying again in ${String(this.pauseMs)} ms.`;
      site.log.error(
        { err: error },
        `The embedded database is down and could not be restarted. ${again}`,
      );
    }
  }

  private rotateServerLog(): void {
    const { home, log } = this.supervision.context;
    try {
      rotateLog(home);
    } catch (error) {
      log.warn({ err: error }, `${home.log} could not be rotated.`);
    }
  }

  private async restart(): Promise<void> {
    const { context: site } = this.supervision;
    await this.lock.run(LOCK_MS, async () => {
      if (this.stopping) return;
      if (!holdsDatabase(site.home))
        throw new Error(`${site.home.data} is gone; its database is lost.`);
      site.log.warn(
        { pid: this.pid, folder: this.folder },
        'PostgreSQL ended unexpectedly; restarting it.',
      );
      const server = await ensureServer(site, {
        fixedPort: this.port,
        isWanted: () => !this.stopping,
      });
      this.pid = server.pid;
    });
  }

  private async release(): Promise<void> {
    clearTimeout(this.timer);
    const { context: site, user } = this.supervision;
    await this.lock.run(STOP_LOCK_MS, async () => {
      this.users.unregister(user);
      const others = this.users.livingPids();
      if (others.length > 0) {
        site.log.info({ others }, 'PostgreSQL goes on for the other processes that use it.');
        return;
      }
      await stopServer(site);
    });
    await this.check;
  }
}

/** Stops the site's server if it runs. Call under the start lock when nobody uses it. */
export async function stopServer({ home, log }: ServerContext): Promise<void> {
  const running = findPostmaster(home.data, home.account);
  if (!running) return;
  await stopPostmaster(running.pid, home.data, home.account);
  log.info({ pid: running.pid }, 'PostgreSQL stopped.');
}
