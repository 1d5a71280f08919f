import { setImmediate as nextTurn } from 'node:timers/promises';

/** No request is to wait for more than 50 ms of another's work, on a slow machine either. */
const sliceMs = 10;

/**
 * Work that may be large, done in slices: between two of them everything else on this node has its
 * turn.
 */
export class Slices {
  private began = performance.now();

  /** Whether others should have their turn: to be asked after each small piece of the work. */
  get isOver(): boolean {
    return performance.now() - this.began >= sliceMs;
  }

  /** Lets others have their turn, then begins the next slice. */
  async next(): Promise<void> {
    await nextTurn();
    this.began = performance.now();
  }
}
