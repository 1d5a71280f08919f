import { Injectable } from '@nestjs/common';
import { cviewSection } from '../cview.section.js';
import { lifetimeIntervalOf } from '../domain/lifetime.js';
import { Configuration } from '../../../core/settings/index.js';

/** What a write gives a service that says nothing about its life itself. */
export interface LifetimeDefaults {
  /** An interval in PostgreSQL's words, as `2 weeks`. */
  readonly lifetime: string;
  /** Seconds; null: it is never completed by itself. */
  readonly autoCompleteAfter: number | null;
}

/** The part of section `cview` that every write asks for. */
@Injectable()
export class LifetimeDefaultsReader {
  constructor(private readonly configuration: Configuration) {}

  get defaults(): LifetimeDefaults {
    const options = this.configuration.get(cviewSection);
    const life = lifetimeIntervalOf(options.expiration);
    // The section takes no other texts.
    if (life === undefined) throw new Error(`cview.expiration is ${options.expiration}`);
    const seconds = options['auto-complete-after'];
    return { lifetime: life, autoCompleteAfter: seconds === 0 ? null : seconds };
  }
}
