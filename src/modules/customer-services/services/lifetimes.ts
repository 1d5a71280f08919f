import { Injectable } from '@nestjs/common';
import { Configuration } from '../../options/index.js';
import { cviewSection } from '../cview-section.js';
import { lifeIntervalOf } from '../domain/life.js';

/** What a write gives a service that says nothing about its life itself. */
export interface LifeDefaults {
  /** An interval in PostgreSQL's words, as `2 weeks`. */
  readonly life: string;
  /** Seconds; null: it is never completed by itself. */
  readonly autoCompleteAfter: number | null;
}

/** The part of section `cview` that every write asks for. */
@Injectable()
export class Lifetimes {
  constructor(private readonly configuration: Configuration) {}

  get defaults(): LifeDefaults {
    const options = this.configuration.get(cviewSection);
    const life = lifeIntervalOf(options.expiration);
    // The section takes no other texts.
    if (life === undefined) throw new Error(`cview.expiration is ${options.expiration}`);
    const seconds = options['auto-complete-after'];
    return { life, autoCompleteAfter: seconds === 0 ? null : seconds };
  }
}
