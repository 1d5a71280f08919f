import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Fields } from '../../core/http/body/index.js';
import { InternalRule } from '../access-keys/index.js';
import { splitFields } from './domain/service-parameters.js';
import { ServiceInstances } from './service-instances.js';
import { type ConfiguredService, ServiceSection } from './service.section.js';
import { createServiceLinks } from './service-links.js';
import type { ServiceAnswer, ServiceCall, ServiceInstance } from './service-type.js';
import { ServiceTypes } from './service-types.js';
import { tagUser } from './user-tagger.js';
import { requestNotSupported, serviceNotFound } from './services.errors.js';
import { Configuration } from '../../core/settings/index.js';

/** What came over HTTP: fields, the end user, and the request itself for links and the caller. */
export interface IncomingCall {
  readonly fields: Fields;
  readonly user: string | undefined;
  readonly request: Request;
}

/** Creating services and performing their requests (docs/compatibility.md, Service API). */
@Injectable()
export class ServiceCalls {
  constructor(
    private readonly section: ServiceSection,
    private readonly types: ServiceTypes,
    private readonly instances: ServiceInstances,
    private readonly configuration: Configuration,
    private readonly internalRule: InternalRule,
  ) {}

  /**
   * Creates and starts a configured service.
   * @throws DomainError ServiceNotFound, and what the service's type throws
   */
  async create(name: string, incoming: IncomingCall): Promise<ServiceAnswer> {
    // Express answers HEAD by the handler of GET, which creates here; HEAD must change nothing.
    if (incoming.request.method === 'HEAD') throw serviceNotFound(name);
    const service = this.configuration.find(this.section.schema, name);
    if (service === undefined) throw serviceNotFound(name);
    if (service.type.isInternal?.(service.options) === true) {
      await this.internalRule.requireInternal(incoming.request);
    }
    return service.type.create(this.callOf(name, service, incoming));
  }

  /**
   * Performs a request of a live service.
   * @throws DomainError ServiceInstanceNotFound, RequestNotSupported
   */
  async request(id: string, request: string, incoming: IncomingCall): Promise<ServiceAnswer> {
    const instance = await this.instances.get(id);
    const answer = await this.types
      .find(instance.type)
      ?.request?.(instance, request, this.callOn(instance, incoming));
    if (answer === undefined) throw requestNotSupported(request);
    return answer;
  }

  private callOn(instance: ServiceInstance, incoming: IncomingCall): ServiceCall<unknown> {
    const service = this.configuration.find(this.section.schema, instance.name);
    return this.callOf(instance.name, service, incoming);
  }

  private callOf(
    name: string,
    service: ConfiguredService | undefined,
    incoming: IncomingCall,
  ): ServiceCall<unknown> {
    const { parameters, userData } = splitFields(incoming.fields);
    tagUser(userData, incoming.user);
    const linkTo = createServiceLinks(incoming.request);
    return { name, options: service?.options, parameters, userData, linkTo };
  }
}
