import { Injectable } from '@nestjs/common';
import { type EffectHandler, type Retry, defaultRetry } from './effect.js';

/** A handler with everything that it left to us. */
export interface CompleteHandler extends Required<Omit<EffectHandler, 'retry'>> {
  readonly retry: Retry;
}

/** Who brings about which kind of effect on this node. */
@Injectable()
export class EffectHandlers {
  private readonly byKind = new Map<string, CompleteHandler>();

  /** @throws Error when the kind has a handler */
  register(kind: string, handler: EffectHandler): void {
    if (this.byKind.has(kind)) throw new Error(`effects of kind ${kind} have a handler already`);
    this.byKind.set(kind, {
      run: (effect) => handler.run(effect),
      concurrency: handler.concurrency ?? 8,
      leaseMs: handler.leaseMs ?? 30_000,
      timeoutMs: handler.timeoutMs ?? 10 * 60_000,
      retry: { ...defaultRetry, ...handler.retry },
    });
  }

  /** @throws Error when the kind has none; the worker takes only kinds that have */
  of(kind: string): CompleteHandler {
    const handler = this.byKind.get(kind);
    if (handler === undefined) throw new Error(`effects of kind ${kind} have no handler`);
    return handler;
  }

  get all(): ReadonlyMap<string, CompleteHandler> {
    return this.byKind;
  }
}
