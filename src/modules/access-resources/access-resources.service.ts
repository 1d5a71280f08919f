import { setTimeout as sleep } from 'node:timers/promises';
import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { drawAccessCodes } from './access-codes.js';
import { toComparableNumber } from './domain/phone-number.js';
import { AccessGrantRepository, type GrantRow } from './access-grant.repository.js';
import { AccessNumberRepository, type TakenNumber } from './access-number.repository.js';
import { codesExhausted, resourceUnavailable, unknownGroup } from './access-resources.errors.js';
import {
  defaultBookingSeconds,
  numberSection,
  type ResourceGroupOptions,
  resourceGroupSection,
} from './resource-group.section.js';
import { Configuration } from '../../core/settings/index.js';

/** A number chosen for a service, and how. */
export class NumberChoice {
  constructor(
    /** In comparable form. */
    readonly number: string,
    /** As the operator wrote it. */
    readonly display: string,
    /** Until when it is locked for the service, as PostgreSQL writes it; undefined: it is not. */
    readonly bookedUntil: string | undefined,
  ) {}

  /** Any of a group's numbers; undefined when it has none. */
  static random(numbers: readonly string[]): { display: string } | undefined {
    const display = numbers.length === 0 ? undefined : numbers[randomInt(numbers.length)];
    return display === undefined ? undefined : { display };
  }
}

/** What a service asks for. */
export interface AccessRequest {
  /** The service's id. */
  readonly ownerId: string;
  /** When the service ends; a booking never outlives it. */
  readonly ownerEnd: Date;
  readonly group: string;
  /** The number from which the caller will call, as given. */
  readonly ani: string | undefined;
  /** Digits of the access code; undefined: no code is asked for. */
  readonly codeLength: number | undefined;
  /** Seconds to book, when the service or the request says so; else the group's, else 30. */
  readonly bookingSeconds: number | undefined;
}

/** What a service gets. */
export interface AccessInformation {
  /** The number to call, as the operator wrote it. */
  readonly accessNumber: string;
  /** Present when it was asked for. */
  readonly accessCode: string | undefined;
  /** Seconds for which the number is booked; undefined: it is not locked. */
  readonly bookedSeconds: number | undefined;
}

/** A free-looking number is in another's hands for milliseconds; then it is booked, or free. */
const maxTakeAttempts = 8;
const takePauseMs = 5;
/** Enough for 95 % of all codes taken; drawing is cheap. */
const codesPerRound = 64;
const maxCodeRounds = 3;

/**
 * Hands out access numbers and codes (docs/compatibility.md, Resource groups). Everything runs
 * inside the caller's unit of work: a refusal rolls the service back.
 */
@Injectable()
export class AccessResources {
  constructor(
    private readonly numbers: AccessNumberRepository,
    private readonly grants: AccessGrantRepository,
    private readonly configuration: Configuration,
  ) {}

  /**
   * Grants a number of the group to a service that has none.
   * @throws DomainError InvalidParameter for an unknown group; ResourceUnavailable
   */
  async allocate(request: AccessRequest): Promise<AccessInformation> {
    const group = this.groupOf(request.group);
    const choice = await this.chooseNumber(request, group);
    const code = await this.insertGrant(request, choice);
    return {
      accessNumber: choice.display,
      accessCode: code ?? undefined,
      bookedSeconds:
        choice.bookedUntil === undefined ? undefined : bookingSecondsOf(request, group),
    };
  }

  /**
   * Grants a number to a service that may have one: of the same group it keeps what it has, booked
   * anew, with its code; of another group the old one is released first (request-access).
   * @throws DomainError InvalidParameter for an unknown group; ResourceUnavailable
   */
  async reallocate(request: AccessRequest): Promise<AccessInformation> {
    const group = this.groupOf(request.group);
    const held = await this.grants.lock(request.ownerId);
    if (held === undefined) return this.allocate(request);
    if (held.renewable && held.groupName === request.group) return this.renew(request, group, held);
    await this.grants.release([request.ownerId]);
    return this.allocate({ ...request, ani: request.ani ?? held.ani ?? undefined });
  }

  /** Ends the grants of services that end, and frees what they hold. */
  async release(ownerIds: readonly string[]): Promise<void> {
    await this.grants.release(ownerIds);
  }

  /** Follows a service whose end has moved. */
  async changeExpiration(ownerId: string, expiresAt: Date): Promise<void> {
    await this.grants.changeExpiration(ownerId, expiresAt);
  }

  private groupOf(name: string): ResourceGroupOptions {
    const group = this.configuration.find(resourceGroupSection, name);
    if (group === undefined) throw unknownGroup(name);
    return group;
  }

  private async renew(
    request: AccessRequest,
    group: ResourceGroupOptions,
    held: GrantRow,
  ): Promise<AccessInformation> {
    const bookingSeconds = bookingSecondsOf(request, group);
    await this.grants.renew(request.ownerId, bookingSeconds, this.comparableAni(request));
    return {
      accessNumber: held.display,
      accessCode: await this.ensureCode(request, held),
      bookedSeconds: held.booked ? bookingSeconds : undefined,
    };
  }

  /** The code that the grant has; a first one when it is asked for only now. */
  private async ensureCode(request: AccessRequest, held: GrantRow): Promise<string | undefined> {
    if (request.codeLength === undefined) return undefined;
    if (held.code !== null) return held.code;
    const codes = drawAccessCodes(request.codeLength, codesPerRound);
    const code = await this.grants.assignCode(request.ownerId, codes);
    if (code === null) throw codesExhausted();
    return code;
  }

  private async chooseNumber(
    request: AccessRequest,
    group: ResourceGroupOptions,
  ): Promise<NumberChoice> {
    const bookingSeconds = bookingSecondsOf(request, group);
    switch (group._allocation_strategy) {
      case 'RANDOM':
        return this.chooseUnlocked(
          NumberChoice.random(group.numbers),
          request,
          group,
          bookingSeconds,
        );
      case 'ROUND_ROBIN':
        return this.chooseUnlocked(
          await this.numbers.useNext(request.group),
          request,
          group,
          bookingSeconds,
        );
      case 'LOCAL':
      case 'CLUSTER': {
        const taken = await this.takeFreeNumber(request, bookingSeconds);
        return taken === undefined
          ? this.chooseUnlocked(undefined, request, group, bookingSeconds)
          : new NumberChoice(taken.number, taken.display, taken.bookedUntil);
      }
    }
  }

  /** Takes a free number; undefined when all are locked. */
  private async takeFreeNumber(
    request: AccessRequest,
    bookingSeconds: number,
  ): Promise<TakenNumber | undefined> {
    for (let attempt = 1; ; attempt++) {
      const taken = await this.numbers.take(request.group, bookingSeconds, request.ownerEnd);
      if (taken !== undefined || attempt === maxTakeAttempts) return taken;
      if (!(await this.numbers.findExhaustion(request.group)).anyFree) return undefined;
      await sleep(takePauseMs);
    }
  }

  /** A number that is not locked: the one chosen, else the group's backup. */
  private async chooseUnlocked(
    chosen: { number?: string; display: string } | undefined,
    request: AccessRequest,
    group: ResourceGroupOptions,
    bookingSeconds: number,
  ): Promise<NumberChoice> {
    const display = chosen?.display ?? group._backup_resource;
    if (display === '') {
      const { secondsToFree } = await this.numbers.findExhaustion(request.group);
      throw resourceUnavailable(request.group, Math.max(1, secondsToFree ?? bookingSeconds));
    }
    const number = chosen?.number ?? this.toComparable(display);
    return new NumberChoice(number, display, undefined);
  }

  private async insertGrant(request: AccessRequest, choice: NumberChoice): Promise<string | null> {
    for (let round = 1; round <= maxCodeRounds; round++) {
      const length = request.codeLength;
      const granted = await this.grants.insert({
        ownerId: request.ownerId,
        group: request.group,
        number: choice.number,
        display: choice.display,
        ani: this.comparableAni(request),
        codes: length === undefined ? [] : drawAccessCodes(length, codesPerRound),
        bookedUntil: choice.bookedUntil,
        ownerEnd: request.ownerEnd,
      });
      if (granted !== undefined) return granted.code;
    }
    throw codesExhausted();
  }

  private comparableAni(request: AccessRequest): string | undefined {
    return request.ani === undefined ? undefined : this.toComparable(request.ani);
  }

  private toComparable(number: string): string {
    return toComparableNumber(number, this.configuration.get(numberSection).default_country);
  }
}

/** Request or service over group over 30 seconds (docs/compatibility.md, Resource groups). */
function bookingSecondsOf(request: AccessRequest, group: ResourceGroupOptions): number {
  return request.bookingSeconds ?? group._booking_expiration_timeout ?? defaultBookingSeconds;
}
