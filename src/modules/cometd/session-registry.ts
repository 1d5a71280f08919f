import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from './session.js';
import { SessionDeadlines } from './session-deadlines.js';

/** The bus carries keys of at most 200 bytes; a longer name travels as its hash. */
const longestKeyBytes = 200;

/** By what a user's bell is rung. */
export function bellKeyOf(user: string): string {
  if (Buffer.byteLength(user) <= longestKeyBytes) return user;
  return `#${createHash('sha256').update(user).digest('hex')}`;
}

/** The sessions that this node answers for. */
@Injectable()
export class SessionRegistry {
  private readonly byId = new Map<string, Session>();
  readonly deadlines = new SessionDeadlines();
  private readonly byBell = new Map<string, Set<Session>>();

  get size(): number {
    return this.byId.size;
  }

  get all(): IterableIterator<Session> {
    return this.byId.values();
  }

  find(clientId: string): Session | undefined {
    return this.byId.get(clientId);
  }

  /** Sessions of the user, or users, whose bell has this key. */
  ofBell(key: string): ReadonlySet<Session> {
    return this.byBell.get(key) ?? none;
  }

  add(session: Session): void {
    this.remove(session.clientId);
    this.byId.set(session.clientId, session);
    this.deadlines.note(session, Infinity, performance.now());
    const key = bellKeyOf(session.user);
    const sessions = this.byBell.get(key);
    if (sessions === undefined) this.byBell.set(key, new Set([session]));
    else sessions.add(session);
  }

  /** Whatever is still on its way to the session counts as lost. */
  remove(clientId: string): Session | undefined {
    const session = this.byId.get(clientId);
    if (session === undefined) return undefined;
    this.byId.delete(clientId);
    session.movedTo(undefined);
    const key = bellKeyOf(session.user);
    const sessions = this.byBell.get(key);
    sessions?.delete(session);
    if (sessions?.size === 0) this.byBell.delete(key);
    return session;
  }
}

const none: ReadonlySet<Session> = new Set();
