import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import {
  AccessResources,
  maxBookingSeconds,
  minBookingSeconds,
} from '../../access-resources/index.js';
import { ServiceStorage } from '../../storage/index.js';
import { ServiceInstances } from '../service-instances.js';
import type { ServiceCall, ServiceType } from '../service-type.js';
import { ServiceTypes } from '../service-types.js';
import {
  accessAnswer,
  type AccessOptions,
  accessOptionTypes,
  codeLengthOf,
  resourceGroupNameOf,
} from './access-options.js';
import { type RawOptions, parseOptions, type ReportFault } from '../../../core/settings/index.js';

/**
 * request-access (docs/compatibility.md, request-access): books a number for a service that lives
 * already.
 */
@Injectable()
export class RequestAccess implements ServiceType<AccessOptions> {
  readonly name = 'request-access';

  constructor(
    private readonly instances: ServiceInstances,
    private readonly access: AccessResources,
    private readonly storage: ServiceStorage,
    private readonly unitOfWork: UnitOfWork,
    types: ServiceTypes,
  ) {
    types.register(this);
  }

  parseOptions(given: RawOptions, report: ReportFault): AccessOptions {
    return parseOptions<AccessOptions>(accessOptionTypes, given, report);
  }

  resourceGroupOf(options: AccessOptions): string | undefined {
    return options.resource_group;
  }

  /**
   * The service's row is locked, so that of two calls at once the second renews what the first
   * booked.
   * @throws DomainError MissingParameter, InvalidParameter, ServiceInstanceNotFound,
   *   ResourceUnavailable
   */
  async create({ options, parameters, userData }: ServiceCall<AccessOptions>): Promise<object> {
    const id = parameters.required('_id');
    const group = resourceGroupNameOf(options, parameters);
    const codeLength = codeLengthOf(options, parameters);
    const ani = parameters.shortText('_phone_number');
    // The one option over which the request wins (docs/compatibility.md, request-access).
    const bookingSeconds =
      parameters.wholeNumber('_booking_expiration_timeout', minBookingSeconds, maxBookingSeconds) ??
      options.booking_expiration_timeout;
    return this.unitOfWork.run(async () => {
      const { dataId, expiresAt, secondsLeft } = await this.instances.lock(id);
      if (userData.size > 0) await this.storage.write(dataId, userData);
      const request = { ownerId: id, ownerEnd: expiresAt, group, ani, codeLength, bookingSeconds };
      return accessAnswer(id, await this.access.reallocate(request), secondsLeft);
    });
  }
}
