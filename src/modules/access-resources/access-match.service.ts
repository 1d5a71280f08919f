import { Injectable } from '@nestjs/common';
import { SqlState, sqlStateOf } from '../../core/database/index.js';
import { Configuration } from '../options/index.js';
import { comparable } from './domain/phone-number.js';
import { AccessGrantRepository, type MatchCriteria } from './access-grant.repository.js';
import { AccessGuessRepository } from './access-guess.repository.js';
import { tooManyGuesses } from './access-resources.errors.js';
import { numberSection } from './resource-group-section.js';

/** What the voice side knows of a call. */
export interface Call {
  /** The number that was called, as given. */
  readonly accessNumber: string;
  /** The number of the caller, as given. */
  readonly ani: string | undefined;
  readonly accessCode: string | undefined;
}

const mostMatches = 1000;
const attempts = 3;

/** Finds which service a call belongs to (services.md, match-interaction). */
@Injectable()
export class AccessMatch {
  constructor(
    private readonly grants: AccessGrantRepository,
    private readonly guesses: AccessGuessRepository,
    private readonly configuration: Configuration,
  ) {}

  /**
   * Matches one service, the live booking first, then the newest; its number is free at once and
   * it is not matched again.
   * @returns the ids of the services: one, or with `all` every one that fits, newest first; none
   *   when nothing fits
   * @throws DomainError RateLimited after too many wrong codes for this number
   */
  async match(call: Call, all: boolean): Promise<string[]> {
    const { default_country: country, guess_limit: guessLimit } =
      this.configuration.get(numberSection);
    const criteria: MatchCriteria = {
      number: comparable(call.accessNumber, country),
      code: call.accessCode,
      ani: call.ani === undefined ? undefined : comparable(call.ani, country),
      limit: all ? mostMatches : 1,
      guessLimit,
    };
    const matched = await this.matchOnce(criteria);
    if (matched.length === 0 && criteria.code !== undefined) await this.countGuess(criteria);
    return matched;
  }

  /** A booking that ends this very moment may wait for us while we wait for it. */
  private async matchOnce(criteria: MatchCriteria): Promise<string[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.grants.match(criteria);
      } catch (error) {
        if (attempt === attempts || sqlStateOf(error) !== SqlState.deadlockDetected) throw error;
      }
    }
  }

  private async countGuess({ number, guessLimit }: MatchCriteria): Promise<void> {
    if (await this.guesses.count(number, guessLimit)) return;
    throw tooManyGuesses(await this.guesses.secondsLeft(number));
  }
}
