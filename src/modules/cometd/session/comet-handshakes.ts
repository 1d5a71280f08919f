import { Injectable } from '@nestjs/common';
import { Bus } from '../../../core/bus/index.js';
import { CometHandshakeRepository } from './comet-handshake.repository.js';
import type { OwnedSession } from './comet-session.repository.js';
import { cometdSection } from '../cometd.section.js';
import { randomHex } from './random-hex.js';
import { Session } from './session.js';
import { CometSessionLife } from './session-life.js';
import { SessionRegistry } from './session-registry.js';
import { Configuration } from '../../../core/settings/index.js';

/** Where sessions begin. */
@Injectable()
export class CometHandshakes {
  private pendingHandshakes = 0;

  constructor(
    private readonly repository: CometHandshakeRepository,
    private readonly registry: SessionRegistry,
    private readonly life: CometSessionLife,
    private readonly configuration: Configuration,
    private readonly bus: Bus,
  ) {}

  /**
   * Begins a session; it starts where its user's log ends, or where a session that the user has
   * lost lately had come to.
   * @returns its client id; undefined when the user has as many as are allowed
   */
  async startSession(user: string, acknowledges: boolean): Promise<string | undefined> {
    this.pendingHandshakes++;
    try {
      return await this.createSession(user, acknowledges);
    } finally {
      this.pendingHandshakes--;
    }
  }

  /** Sessions that this node answers for, those included that are about to begin. */
  get count(): number {
    return this.registry.size + this.pendingHandshakes;
  }

  private async createSession(user: string, acknowledges: boolean): Promise<string | undefined> {
    const options = this.configuration.get(cometdSection);
    const clientId = randomHex(20);
    const owner = this.bus.ownId;
    const cursor = await this.repository.create(
      { clientId, user, acknowledges, owner },
      {
        maxIntervalSeconds: options.max_interval,
        retentionSeconds: options.retention,
        maxPerUser: options.max_sessions_per_user,
      },
    );
    if (cursor === undefined) return undefined;
    const fresh: OwnedSession = {
      ...{ user, acknowledges, cursor, subscriptions: [], connected: false, epoch: 1 },
      ...{ sent: cursor, owner },
    };
    const session = new Session(clientId, fresh, performance.now());
    // Whether the log holds something for it is seen when it subscribes.
    session.mayHaveMail = false;
    this.registry.add(session);
    await this.life.notifyHandshake({ clientId, user });
    return clientId;
  }
}
