import { Injectable } from '@nestjs/common';
import { toComparableNumber } from './domain/phone-number.js';
import { AccessGrantRepository, type MatchCriteria } from './access-grant.repository.js';
import { AccessCodeGuessLimiter } from './access-code-guess-limiter.js';
import { numberSection } from './resource-group.section.js';
import { Configuration } from '../../core/settings/index.js';

/** What the voice side knows of a call. */
export interface VoiceCall {
  /** The number that was called, as given. */
  readonly accessNumber: string;
  /** The number of the caller, as given. */
  readonly ani: string | undefined;
  readonly accessCode: string | undefined;
}

/** Locks services by their ids until the end of the unit of work. @returns those that live */
export type LockServices<Service> = (ids: readonly string[]) => Promise<readonly Service[]>;

const maxMatches = 1000;

/** Finds which service a call belongs to (docs/compatibility.md, match-interaction). */
@Injectable()
export class AccessMatch {
  constructor(
    private readonly grants: AccessGrantRepository,
    private readonly guesses: AccessCodeGuessLimiter,
    private readonly configuration: Configuration,
  ) {}

  /**
   * Has a call judged that may be a guess: one with an access code counts before it is judged.
   * @param judge looks for what matches, in a unit of work of its own
   * @throws DomainError RateLimited after too many wrong codes for this number
   */
  async limitGuesses<Match>(
    call: VoiceCall,
    judge: () => Promise<readonly Match[]>,
  ): Promise<readonly Match[]> {
    if (call.accessCode === undefined) return judge();
    return this.guesses.limitGuesses(this.criteriaOf(call).number, judge);
  }

  /**
   * Matches one service, the live booking first, then the newest; its number is free at once and
   * it is not matched again. Inside a unit of work.
   * @returns the service; with `all` every one that fits, newest first; none when nothing fits
   */
  async match<Service extends { readonly id: string }>(
    call: VoiceCall,
    all: boolean,
    lock: LockServices<Service>,
  ): Promise<Service[]> {
    const criteria = this.criteriaOf(call);
    const tried: string[] = [];
    for (;;) {
      const ids = await this.grants.findCandidates(criteria, all ? maxMatches : 1, tried);
      if (ids.length === 0) return [];
      tried.push(...ids);
      const services = new Map((await lock(ids)).map((service) => [service.id, service]));
      const matched = await this.grants.claimMatches(criteria, [...services.keys()]);
      // Others were quicker while this one waited: there may be something else that fits.
      if (matched.length > 0) return matched.flatMap((id) => services.get(id) ?? []);
    }
  }

  private criteriaOf({ accessNumber, accessCode, ani }: VoiceCall): MatchCriteria {
    const country = this.configuration.get(numberSection).default_country;
    return {
      number: toComparableNumber(accessNumber, country),
      code: accessCode,
      ani: ani === undefined ? undefined : toComparableNumber(ani, country),
    };
  }
}
