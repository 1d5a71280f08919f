import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { missingParameter } from '../../../core/errors/index.js';
import { AccessResources } from '../../access-resources/index.js';
import { maxTtlSeconds } from '../../storage/index.js';
import { ServiceInstances } from '../service-instances.js';
import type { ServiceCall, ServiceType } from '../service-type.js';
import { ServiceTypes } from '../service-types.js';
import {
  accessAnswer,
  type AccessOptions,
  accessOptionTypes,
  codeLengthOf,
  defaultTtlSeconds,
  resourceGroupNameOf,
} from './access-options.js';
import {
  boolean,
  type RawOptions,
  parseOptions,
  type ReportFault,
} from '../../../core/settings/index.js';

interface RequestInteractionOptions extends AccessOptions {
  readonly phone_number_required: boolean;
}

/**
 * request-interaction (docs/compatibility.md, request-interaction): keeps a caller's data and hands
 * out a number, and a code if asked, under which the call will be recognised.
 */
@Injectable()
export class RequestInteraction implements ServiceType<RequestInteractionOptions> {
  readonly name = 'request-interaction';

  constructor(
    private readonly instances: ServiceInstances,
    private readonly access: AccessResources,
    private readonly unitOfWork: UnitOfWork,
    types: ServiceTypes,
  ) {
    types.register(this);
  }

  parseOptions(given: RawOptions, report: ReportFault): RequestInteractionOptions {
    const types = { ...accessOptionTypes, phone_number_required: boolean(true) };
    return parseOptions<RequestInteractionOptions>(types, given, report);
  }

  resourceGroupOf(options: RequestInteractionOptions): string | undefined {
    return options.resource_group;
  }

  /** @throws DomainError MissingParameter, InvalidParameter, ResourceUnavailable */
  async create(call: ServiceCall<RequestInteractionOptions>): Promise<object> {
    const { name, options, parameters, userData } = call;
    const ani = parameters.shortText('_phone_number');
    if (ani === undefined && options.phone_number_required) throw missingParameter('_phone_number');
    const group = resourceGroupNameOf(options, parameters);
    const codeLength = codeLengthOf(options, parameters);
    const asked = parameters.wholeNumber('_ttl', 1, maxTtlSeconds);
    const ttlSeconds = options.ttl ?? asked ?? defaultTtlSeconds;
    return this.unitOfWork.run(async () => {
      const service = { name, type: this.name, ttlSeconds, userData };
      const { id, expiresAt } = await this.instances.create(service);
      const access = await this.access.allocate({
        ownerId: id,
        ownerEnd: expiresAt,
        group,
        ani,
        codeLength,
        bookingSeconds: options.booking_expiration_timeout,
      });
      return accessAnswer(id, access, ttlSeconds);
    });
  }
}
