import { clearTimeout, setTimeout } from 'node:timers';
import { StartLock } from './coordination/start-lock.js';
import { Users } from './coordination/users.js';
import { connectionUrl } from './connection.js';
import { holdsDatabase } from './installation/home.js';
import { rotateLog } from './log-file.js';
import { findPostmaster, isPostmaster, stopPostmaster } from './postmaster.js';
import { ensureServer, type Server } from './server.js';
import type { Site } from './site.js';
import type { EmbeddedPostgres } from './types.js';

/** Longer than a start may take, so that waiting for somebody else's start does not fail before it does. */
export const LOCK_MS = 330_000;
const STOP_LOCK_MS = 60_000;
const LONGEST_PAUSE_MS = 30_000;

export interface Supervision {
  site: Site;
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
  private readonly users: Users;
  private pid: number;
  private timer: NodeJS.Timeout | undefined;
  private look: Promise<void> = Promise.resolve();
  private stopping: Promise<void> | undefined;
  private pauseMs: number;

  constructor(private readonly supervision: Supervision) {
    const { site, server, database } = supervision;
    this.url = connectionUrl(site.home.data, server.port, database);
    this.port = server.port;
    this.adopted = server.adopted;
    this.folder = site.home.folder;
    this.lock = new StartLock(site.home.locks);
    this.users = new Users(site.home.users);
    this.pid = server.pid;
    this.pauseMs = supervision.intervalMs;
    this.schedule();
  }

  stop(): Promise<void> {
    this.stopping ??= this.leave();
    return this.stopping;
  }

  abandon(): void {
    const { site, user } = this.supervision;
    clearTimeout(this.timer);
    this.users.leave(user);
    if (this.users.living().length > 0) return;
    const running = findPostmaster(site.home.data, site.home.account);
    if (running) process.kill(running.pid, 'SIGINT');
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.look = this.lookAfter().finally(() => {
        if (!this.stopping) this.schedule();
      });
    }, this.pauseMs);
    this.timer.unref();
  }

  /** One look; never rejects. After a failed restart the pauses double, up to 30 s. */
  private async lookAfter(): Promise<void> {
    const { site, intervalMs } = this.supervision;
    this.keepLogShort();
    try {
      if (!isPostmaster(this.pid, site.home.data, site.home.account)) await this.restart();
      this.pauseMs = intervalMs;
    } catch (error) {
      // Given up because stop() was called.
      if (this.stopping) return;
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
      const again = `Trying again in ${String(this.pauseMs)} ms.`;
      site.log.error(
        { err: error },
        `The embedded database is down and could not be restarted. ${again}`,
      );
    }
  }

  private keepLogShort(): void {
    const { home, log } = this.supervision.site;
    try {
      rotateLog(home);
    } catch (error) {
      log.warn({ err: error }, `${home.log} could not be rotated.`);
    }
  }

  private async restart(): Promise<void> {
    const { site } = this.supervision;
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

  private async leave(): Promise<void> {
    clearTimeout(this.timer);
    const { site, user } = this.supervision;
    await this.lock.run(STOP_LOCK_MS, async () => {
      this.users.leave(user);
      const others = this.users.living();
      if (others.length > 0) {
        site.log.info({ others }, 'PostgreSQL goes on for the other processes that use it.');
        return;
      }
      await stopServer(site);
    });
    await this.look;
  }
}

/** Stops the site's server if it runs. Call under the start lock when nobody uses it. */
export async function stopServer({ home, log }: Site): Promise<void> {
  const running = findPostmaster(home.data, home.account);
  if (!running) return;
  await stopPostmaster(running.pid, home.data, home.account);
  log.info({ pid: running.pid }, 'PostgreSQL stopped.');
}
