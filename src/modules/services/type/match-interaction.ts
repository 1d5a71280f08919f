import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { AccessMatch, type VoiceCall } from '../../access-resources/index.js';
import { keysObject, ServiceStorage } from '../../storage/index.js';
import { ServiceInstanceRepository } from '../service-instance.repository.js';
import { ServiceInstances } from '../service-instances.js';
import type { ServiceCall, ServiceInstance, ServiceLinkTo, ServiceType } from '../service-type.js';
import { ServiceTypes } from '../service-types.js';
import { noMatchingService } from '../services.errors.js';
import {
  boolean,
  type RawOptions,
  optional,
  parseOptions,
  type ReportFault,
} from '../../../core/settings/index.js';

interface MatchInteractionOptions {
  readonly internal: boolean;
  readonly return_data: boolean | undefined;
  /** Another name of `return_data`. */
  readonly return_user_data: boolean | undefined;
  readonly delete_service: boolean | undefined;
  readonly return_multiple_matches: boolean | undefined;
}

/** What is to be done with what matches. */
interface MatchOrder {
  readonly all: boolean;
  readonly deleteService: boolean;
  /** Present when the user data is to join the answer. */
  readonly linkTo: ServiceLinkTo | undefined;
}

const optionTypes = {
  internal: boolean(false),
  return_data: optional(boolean(false)),
  return_user_data: optional(boolean(false)),
  delete_service: optional(boolean(false)),
  return_multiple_matches: optional(boolean(false)),
};

/**
 * match-interaction (docs/compatibility.md, match-interaction): tells the voice side which service
 * a call belongs to.
 */
@Injectable()
export class MatchInteraction implements ServiceType<MatchInteractionOptions> {
  readonly name = 'match-interaction';

  constructor(
    private readonly access: AccessMatch,
    private readonly services: ServiceInstanceRepository,
    private readonly storage: ServiceStorage,
    private readonly instances: ServiceInstances,
    private readonly unitOfWork: UnitOfWork,
    types: ServiceTypes,
  ) {
    types.register(this);
  }

  parseOptions(given: RawOptions, report: ReportFault): MatchInteractionOptions {
    return parseOptions<MatchInteractionOptions>(optionTypes, given, report);
  }

  isInternal(options: MatchInteractionOptions): boolean {
    return options.internal;
  }

  /** @throws DomainError MissingParameter, InvalidParameter, NoMatch, RateLimited */
  async create(call: ServiceCall<MatchInteractionOptions>): Promise<object> {
    const { options, parameters } = call;
    const accessNumber = parameters.requiredShortText('_access_number');
    const asked = parameters.boolean('_return_data') ?? parameters.boolean('_return_user_data');
    const returnData = options.return_data ?? options.return_user_data ?? asked ?? false;
    const linkTo = returnData ? call.linkTo : undefined;
    const deleteService = options.delete_service ?? parameters.boolean('_delete_service') ?? false;
    const all =
      options.return_multiple_matches ?? parameters.boolean('_return_multiple_matches') ?? false;
    const ani = parameters.shortText('_phone_number');
    const accessCode = parameters.shortText('_access_code');

    const matched = { accessNumber, ani, accessCode };
    const matches = await this.access.limitGuesses(matched, () =>
      this.unitOfWork.run(() => this.match(matched, { all, deleteService, linkTo })),
    );
    const [first] = matches;
    if (first === undefined) throw noMatchingService();
    return all ? { matches } : first;
  }

  /** Matches, reads and deletes as one: a call that is lost in between has done nothing. */
  private async match(
    call: VoiceCall,
    { all, deleteService, linkTo }: MatchOrder,
  ): Promise<object[]> {
    const services = await this.access.match(call, all, (ids) => this.services.lockAll(ids));
    const matches: object[] = [];
    for (const service of services) matches.push(await this.describe(service, linkTo));
    if (deleteService) await this.instances.end(services, 'deleted');
    return matches;
  }

  private async describe(
    service: ServiceInstance,
    linkTo: ServiceLinkTo | undefined,
  ): Promise<object> {
    const match = { _id: service.id, _data_id: service.dataId };
    if (linkTo === undefined) return match;
    const stored = await this.storage.readAll(service.dataId);
    const entries = [...(stored?.first ?? [])];
    if (stored?.others) for await (const page of stored.others) entries.push(...page);
    return { ...match, ...keysObject(entries, (key) => linkTo(service.id, key)) };
  }
}
