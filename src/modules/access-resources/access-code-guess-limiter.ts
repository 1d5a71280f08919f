import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Log } from '../../core/observability/index.js';
import { AccessGuessRepository, type Guess } from './access-guess.repository.js';
import { tooManyGuesses } from './access-resources.errors.js';
import { numberSection } from './resource-group.section.js';
import { Configuration } from '../../core/settings/index.js';

/** How long a call waits for others that are being judged, milliseconds. */
const maxWaitMs = 5000;

/**
 * Slows the guessing of access codes (docs/compatibility.md, match-interaction): whoever brings a
 * code is counted first and judged after, so that of any number at once no more are judged than may
 * be wrong. Nothing that is rolled back takes the count back.
 */
@Injectable()
export class AccessCodeGuessLimiter {
  constructor(
    private readonly repository: AccessGuessRepository,
    private readonly configuration: Configuration,
    private readonly log: Log,
  ) {}

  /**
   * Has a call with a code judged.
   * @param number the access number, in comparable form
   * @param judge finds what the code belongs to; a guess is right when it finds something
   * @throws DomainError RateLimited after too many wrong codes for this number; what `judge`
   * throws,
   *   which leaves the guess counted
   */
  async limitGuesses<Found>(
    number: string,
    judge: () => Promise<readonly Found[]>,
  ): Promise<readonly Found[]> {
    const guess = await this.admit(number);
    const found = await judge();
    await this.repository.recordVerdict(guess, found.length > 0).catch((error: unknown) => {
      // What was found is found; the guess stays counted until its minute is over.
      this.log.warn({ err: error }, 'a guess of an access code could not be settled');
    });
    return found;
  }

  private async admit(number: string): Promise<Guess> {
    const { guess_limit: limit } = this.configuration.get(numberSection);
    const deadline = performance.now() + maxWaitMs;
    for (;;) {
      const guess = await this.repository.admit(number, limit);
      if (guess !== undefined) return guess;
      const refusal = await this.repository.findRefusal(number, limit);
      if (refusal?.isFinal === true || performance.now() > deadline) {
        throw tooManyGuesses(refusal?.secondsLeft ?? 1);
      }
      await sleep(randomInt(10, 40));
    }
  }
}
