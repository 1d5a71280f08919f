import { Injectable } from '@nestjs/common';
import type { ServiceRow } from '../../item/item-row.js';
import { piecesByWeight } from '../../item/item-weight.js';
import { AutoCompletionWriter } from '../../service/auto-completion-writer.js';
import type { ServiceSelection } from './export-order.js';
import {
  type IndexPosition,
  ServiceWalkRepository,
  typicalBytes,
  type Walk,
  type WalkedPage,
} from './service-walk.repository.js';

/** How many services one page of the walk looks at. */
const pageSize = { ids: 2000, whole: 200 };

type Step = (after: IndexPosition) => Promise<WalkedPage | undefined>;

/**
 * Reads the services of a selection piece by piece, whatever their number: between two pieces
 * nothing is held, neither a connection nor a transaction. Each service comes once, by its start;
 * of the events that are completed in the range alone by their end, after those. What is written
 * meanwhile may be seen or not.
 */
@Injectable()
export class ServiceExport {
  constructor(
    private readonly repository: ServiceWalkRepository,
    private readonly completion: AutoCompletionWriter,
  ) {}

  /** Uuids, in pages of which some may be empty. */
  async *uuids(tenant: string, selection: ServiceSelection): AsyncGenerator<readonly string[]> {
    yield* this.uuidsOf(await this.begin(tenant, selection), selection, pageSize.ids);
  }

  /** Whole services, in pieces of which some may be empty. */
  async *services(tenant: string, selection: ServiceSelection): AsyncGenerator<ServiceRow[]> {
    const walk = await this.begin(tenant, selection);
    for await (const uuids of this.uuidsOf(walk, selection, pageSize.whole)) {
      if (uuids.length === 0) yield [];
      for await (const some of this.pieces(uuids))
        yield await this.repository.readWhole(walk, some);
    }
  }

  /** Ends that are due but not written down stand in no index. */
  private async begin(tenant: string, selection: ServiceSelection): Promise<Walk> {
    if (selection.events !== 'started') await this.completion.completeAllDue(tenant);
    const range = await this.repository.rangeOf(tenant, selection.from, selection.to);
    const isActive = selection.state === 'any' ? undefined : selection.state === 'active';
    return { tenant, range, isActive };
  }

  private async *uuidsOf(walk: Walk, selection: ServiceSelection, size: number) {
    for (const step of this.steps(walk, selection, size)) {
      let after = walk.range.start;
      for (let page = await step(after); page !== undefined; page = await step(after)) {
        yield page.ids;
        after = page.end;
      }
    }
  }

  private steps(walk: Walk, { events, state }: ServiceSelection, size: number): Step[] {
    const starts: Step = (after) => this.repository.walkStarts(walk, after, size);
    const ends: Step = (after) => this.repository.walkEnds(walk, after, size);
    const endsAlone: Step = (after) => this.repository.walkEndsAlone(walk, after, size);
    // What is active has no end.
    if (state === 'active') return events === 'completed' ? [] : [starts];
    switch (events) {
      case 'any':
        return [starts, endsAlone];
      case 'started':
        return [starts];
      case 'completed':
        return [ends];
    }
  }

  /** Splits a page so that no piece is too large to be held, if it is more than one service. */
  private async *pieces(uuids: readonly string[]): AsyncGenerator<readonly string[]> {
    if (uuids.length === 0) return;
    const weights = await this.repository.weigh(uuids);
    yield* piecesByWeight(uuids.map((id) => ({ id, bytes: weights.get(id) ?? typicalBytes })));
  }
}
