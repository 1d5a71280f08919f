import type { BusyLane } from './outbox.repository.js';

type Lane = Pick<BusyLane, 'kind' | 'lane'>;

/** How much is under way on this node in which lane. */
export class LaneLoad {
  private readonly running = new Map<string, BusyLane>();

  get busy(): BusyLane[] {
    return [...this.running.values()];
  }

  increment({ kind, lane }: Lane): void {
    const running = this.runningIn({ kind, lane });
    this.running.set(laneKey({ kind, lane }), { kind, lane, running: running + 1 });
  }

  /** @returns how much was under way in the lane until now */
  decrement({ kind, lane }: Lane): number {
    const running = this.runningIn({ kind, lane });
    if (running <= 1) this.running.delete(laneKey({ kind, lane }));
    else this.running.set(laneKey({ kind, lane }), { kind, lane, running: running - 1 });
    return running;
  }

  private runningIn(lane: Lane): number {
    return this.running.get(laneKey(lane))?.running ?? 0;
  }
}

/** NUL is in no text that PostgreSQL holds. */
function laneKey({ kind, lane }: Lane): string {
  return `${kind}\0${lane}`;
}
