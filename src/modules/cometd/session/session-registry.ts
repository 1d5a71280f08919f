import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from './session.js';
import { SessionDeadlines } from './session-deadlines.js';

/** The bus carries keys of at most 200 bytes; a longer name travels as its hash. */
const maxKeyBytes = 200;

/** The key of wake-ups for a user. */
export function wakeUpKeyOf(user: string): string {
  if (Buffer.byteLength(user) <= maxKeyBytes) return user;
  return `#${createHash('sha256').update(user).digest('hex')}`;
}

/** The sessions that this node answers for. */
@Injectable()
export class SessionRegistry {
  private readonly byId = new Map<string, Session>();
  readonly deadlines = new SessionDeadlines();
  private readonly byWakeUpKey = new Map<string, Set<Session>>();

  get size(): number {
    return this.byId.size;
  }

  get all(): IterableIterator<Session> {
    return this.byId.values();
  }

  find(clientId: string): Session | undefined {
    return this.byId.get(clientId);
  }

  /** Sessions of the user, or users, whose wake-ups have this key. */
  findByWakeUpKey(key: string): ReadonlySet<Session> {
    return this.byWakeUpKey.get(key) ?? none;
  }

  add(session: Session): void {
    this.remove(session.clientId);
    this.byId.set(session.clientId, session);
    this.deadlines.schedule(session, Infinity, performance.now());
    const key = wakeUpKeyOf(session.user);
    const sessions = this.byWakeUpKey.get(key);
    if (sessions === undefined) this.byWakeUpKey.set(key, new Set([session]));
    else sessions.add(session);
  }

  /** Whatever is still on its way to the session counts as lost. */
  remove(clientId: string): Session | undefined {
    const session = this.byId.get(clientId);
    if (session === undefined) return undefined;
    this.byId.delete(clientId);
    session.switchSocket(undefined);
    const key = wakeUpKeyOf(session.user);
    const sessions = this.byWakeUpKey.get(key);
    sessions?.delete(session);
    if (sessions?.size === 0) this.byWakeUpKey.delete(key);
    return session;
  }
}

const none: ReadonlySet<Session> = new Set();
