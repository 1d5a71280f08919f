import { Injectable } from '@nestjs/common';
import { AccessMatch } from '../../access-resources/index.js';
import {
  boolean,
  type GivenOptions,
  optional,
  parseOptions,
  type ReportFault,
} from '../../options/index.js';
import { keysAnswer, ServiceStorage } from '../../storage/index.js';
import { ServiceInstanceRepository } from '../service-instance.repository.js';
import { ServiceLife } from '../service-life.service.js';
import type { ServiceCall, ServiceInstance, ServiceLinkTo, ServiceType } from '../service-type.js';
import { ServiceTypes } from '../service-types.js';
import { noMatch } from '../services.errors.js';

interface MatchInteractionOptions {
  readonly internal: boolean;
  readonly return_data: boolean | undefined;
  readonly delete_service: boolean | undefined;
  readonly return_multiple_matches: boolean | undefined;
}

const optionTypes = {
  internal: boolean(false),
  return_data: optional(boolean(false)),
  delete_service: optional(boolean(false)),
  return_multiple_matches: optional(boolean(false)),
};

/** match-interaction (gms-based-services): tells the voice side which service a call belongs to. */
@Injectable()
export class MatchInteraction implements ServiceType<MatchInteractionOptions> {
  readonly name = 'match-interaction';

  constructor(
    private readonly access: AccessMatch,
    private readonly services: ServiceInstanceRepository,
    private readonly storage: ServiceStorage,
    private readonly life: ServiceLife,
    types: ServiceTypes,
  ) {
    types.register(this);
  }

  parseOptions(given: GivenOptions, report: ReportFault): MatchInteractionOptions {
    return parseOptions<MatchInteractionOptions>(optionTypes, given, report);
  }

  isInternal(options: MatchInteractionOptions): boolean {
    return options.internal;
  }

  /** @throws DomainError MissingParameter, InvalidParameter, NoMatch, RateLimited */
  async create(call: ServiceCall<MatchInteractionOptions>): Promise<object> {
    const { options, parameters } = call;
    const accessNumber = parameters.required('_access_number');
    const returnData = options.return_data ?? parameters.boolean('_return_data') ?? false;
    const deleteService = options.delete_service ?? parameters.boolean('_delete_service') ?? false;
    const all =
      options.return_multiple_matches ?? parameters.boolean('_return_multiple_matches') ?? false;
    const ani = parameters.shortText('_phone_number');
    const accessCode = parameters.shortText('_access_code');

    const matches: object[] = [];
    for (const id of await this.access.match({ accessNumber, ani, accessCode }, all)) {
      const service = await this.services.find(id);
      // It may have ended since; then nobody waits for this call.
      if (service === undefined) continue;
      matches.push(await this.describe(service, returnData ? call.linkTo : undefined));
      if (deleteService) await this.life.delete(id);
    }
    const [first] = matches;
    if (first === undefined) throw noMatch();
    return all ? { matches } : first;
  }

  private async describe(
    service: ServiceInstance,
    linkTo: ServiceLinkTo | undefined,
  ): Promise<object> {
    const match = { _id: service.id, _data_id: service.dataId };
    if (linkTo === undefined) return match;
    const entries = (await this.storage.readAll(service.dataId)) ?? [];
    return { ...match, ...keysAnswer(entries, (key) => linkTo(service.id, key)) };
  }
}
