import type { Session } from './session.js';

/** How exactly a moment is met, milliseconds. */
const slotMs = 100;

/** A session is looked at this often at least, milliseconds: options may change meanwhile. */
const maxUncheckedMs = 5000;

/**
 * When sessions are to be looked at next, in slots of time: a tick finds those that are due, without
 * going through all the others. Times are of the process's clock, milliseconds.
 */
export class SessionDeadlines {
  private readonly slots = new Map<number, Session[]>();
  private lastSlot = -1;

  /** Has the session looked at at `at`, or before. */
  schedule(session: Session, at: number, now: number): void {
    const slot = Math.max(
      Math.ceil(Math.min(at, now + maxUncheckedMs) / slotMs),
      this.lastSlot + 1,
    );
    // Where it stands already, it is looked at early enough, and noted anew then.
    if (slot >= session.deadlineSlot) return;
    session.deadlineSlot = slot;
    const sessions = this.slots.get(slot);
    if (sessions === undefined) this.slots.set(slot, [session]);
    else sessions.push(session);
  }

  /** Takes out the sessions that are due; each has to be noted again while it is known. */
  *takeDue(now: number): Generator<Session> {
    const until = Math.floor(now / slotMs);
    if (this.lastSlot === -1) this.lastSlot = Math.min(until, ...this.slots.keys()) - 1;
    while (this.lastSlot < until) {
      const slot = ++this.lastSlot;
      const sessions = this.slots.get(slot);
      this.slots.delete(slot);
      for (const session of sessions ?? []) {
        // It was noted for an earlier moment since, and has been looked at then.
        if (session.deadlineSlot !== slot) continue;
        session.deadlineSlot = Infinity;
        yield session;
      }
    }
  }
}
