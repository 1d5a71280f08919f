import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Configuration } from '../options/index.js';
import { drawAccessCodes } from './access-codes.js';
import { comparable } from './domain/phone-number.js';
import { AccessGrantRepository, type GrantRow } from './access-grant.repository.js';
import { AccessNumberRepository, type TakenNumber } from './access-number.repository.js';
import { codesExhausted, resourceUnavailable, unknownGroup } from './access-resources.errors.js';
import { NumberChoice } from './number-choice.js';
import {
  defaultBooking,
  numberSection,
  type ResourceGroupOptions,
  resourceGroupSection,
} from './resource-group-section.js';

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
const attempts = 8;
const pauseMs = 5;
/** Enough for 95 % of all codes taken; drawing is cheap. */
const codesDrawn = 64;
const codeRounds = 3;

/**
 * Hands out access numbers and codes (services.md, Access numbers). Everything runs inside the
 * caller's unit of work: a refusal rolls the service back.
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
    const choice = await this.choose(request, group);
    const code = await this.grant(request, choice);
    return {
      accessNumber: choice.display,
      accessCode: code ?? undefined,
      bookedSeconds: choice.bookedUntil === undefined ? undefined : bookingOf(request, group),
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
  async changeLife(ownerId: string, expiresAt: Date): Promise<void> {
    await this.grants.changeLife(ownerId, expiresAt);
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
    const bookingSeconds = bookingOf(request, group);
    await this.grants.renew(request.ownerId, bookingSeconds, this.comparableAni(request));
    return {
      accessNumber: held.display,
      accessCode: await this.codeOf(request, held),
      bookedSeconds: held.booked ? bookingSeconds : undefined,
    };
  }

  /** The code that the grant has; a first one when it is asked for only now. */
  private async codeOf(request: AccessRequest, held: GrantRow): Promise<string | undefined> {
    if (request.codeLength === undefined) return undefined;
    if (held.code !== null) return held.code;
    const codes = drawAccessCodes(request.codeLength, codesDrawn);
    const code = await this.grants.giveCode(request.ownerId, codes);
    if (code === null) throw codesExhausted();
    return code;
  }

  private async choose(request: AccessRequest, group: ResourceGroupOptions): Promise<NumberChoice> {
    const bookingSeconds = bookingOf(request, group);
    switch (group._allocation_strategy) {
      case 'RANDOM':
        return this.unlocked(NumberChoice.random(group.numbers), request, group, bookingSeconds);
      case 'ROUND_ROBIN':
        return this.unlocked(
          await this.numbers.useNext(request.group),
          request,
          group,
          bookingSeconds,
        );
      case 'LOCAL':
      case 'CLUSTER': {
        const taken = await this.take(request, bookingSeconds);
        return taken === undefined
          ? this.unlocked(undefined, request, group, bookingSeconds)
          : new NumberChoice(taken.number, taken.display, taken.bookedUntil);
      }
    }
  }

  /** Takes a free number; undefined when all are locked. */
  private async take(
    request: AccessRequest,
    bookingSeconds: number,
  ): Promise<TakenNumber | undefined> {
    for (let attempt = 1; ; attempt++) {
      const taken = await this.numbers.take(request.group, bookingSeconds, request.ownerEnd);
      if (taken !== undefined || attempt === attempts) return taken;
      if (!(await this.numbers.exhaustion(request.group)).anyFree) return undefined;
      await sleep(pauseMs);
    }
  }

  /** A number that is not locked: the one chosen, else the group's backup. */
  private async unlocked(
    chosen: { number?: string; display: string } | undefined,
    request: AccessRequest,
    group: ResourceGroupOptions,
    bookingSeconds: number,
  ): Promise<NumberChoice> {
    const display = chosen?.display ?? group._backup_resource;
    if (display === '') {
      const { secondsToFree } = await this.numbers.exhaustion(request.group);
      throw resourceUnavailable(request.group, Math.max(1, secondsToFree ?? bookingSeconds));
    }
    const number = chosen?.number ?? this.comparable(display);
    return new NumberChoice(number, display, undefined);
  }

  private async grant(request: AccessRequest, choice: NumberChoice): Promise<string | null> {
    for (let round = 1; round <= codeRounds; round++) {
      const length = request.codeLength;
      const granted = await this.grants.insert({
        ownerId: request.ownerId,
        group: request.group,
        number: choice.number,
        display: choice.display,
        ani: this.comparableAni(request),
        codes: length === undefined ? [] : drawAccessCodes(length, codesDrawn),
        bookedUntil: choice.bookedUntil,
        ownerEnd: request.ownerEnd,
      });
      if (granted !== undefined) return granted.code;
    }
    throw codesExhausted();
  }

  private comparableAni(request: AccessRequest): string | undefined {
    return request.ani === undefined ? undefined : this.comparable(request.ani);
  }

  private comparable(number: string): string {
    return comparable(number, this.configuration.get(numberSection).default_country);
  }
}

/** Request or service over group over 30 seconds (services.md). */
function bookingOf(request: AccessRequest, group: ResourceGroupOptions): number {
  return request.bookingSeconds ?? group._booking_expiration_timeout ?? defaultBooking;
}
