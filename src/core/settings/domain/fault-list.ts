import { type Fault, faultText } from './fault.js';

/** So many faults are listed; of those beyond it is said how many there are. */
const mostListed = 500;

/** Faults as they go from one thread to another. */
export interface FoundFaults {
  readonly listed: readonly Fault[];
  readonly count: number;
}

/** What is wrong with a configuration: its first faults, and how many it has. */
export class FaultList implements FoundFaults {
  private readonly first: Fault[] = [];
  private all = 0;

  /** @param make is not called once enough are listed: a megabyte has 60,000 faults */
  note(make: () => Fault): void {
    if (this.all++ < mostListed) this.first.push(make());
  }

  addAll({ listed, count }: FoundFaults): void {
    for (const fault of listed) this.note(() => fault);
    this.all += count - listed.length;
  }

  get listed(): readonly Fault[] {
    return this.first;
  }

  get count(): number {
    return this.all;
  }
}

/** The lines that people read: a fault each, and how many more there are. */
export function linesOf({ listed, count }: FoundFaults): string[] {
  const more = count - listed.length;
  const lines = listed.map(faultText);
  if (more > 0) lines.push(`and ${String(more)} more faults`);
  return lines;
}
