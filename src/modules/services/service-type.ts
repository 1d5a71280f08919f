import type { Fields } from '../../core/http/body/index.js';
import type { ServiceParameters } from './domain/service-parameters.js';
import type { RawOptions, ReportFault } from '../../core/settings/index.js';

/** A service that somebody asked for and that lives (docs/compatibility.md, Service API). */
export interface ServiceInstance {
  readonly id: string;
  /** The configured service, as `iPhoneService`. */
  readonly name: string;
  /** The base service, as `request-interaction`. */
  readonly type: string;
  /** Its storage area. */
  readonly dataId: string;
  readonly expiresAt: Date;
}

/** Makes the absolute link of a binary key in a service's storage. */
export type ServiceLinkTo = (serviceId: string, key: string) => string;

/** One call to create a service, or to perform a request of one. */
export interface ServiceCall<Options> {
  /** The configured service that was named. */
  readonly name: string;
  readonly options: Options;
  /** What begins with an underscore. */
  readonly parameters: ServiceParameters;
  /** All else, to be stored; `gms_user` among it when the caller is known. */
  readonly userData: Fields;
  readonly linkTo: ServiceLinkTo;
}

export type EndReason = 'deleted' | 'expired';

/** What a service answers; an object becomes JSON. */
export type ServiceAnswer = object | string;

/**
 * Port: a base service, which configured services build on (docs/architecture.md, The ladder).
 * Modules register theirs with `ServiceTypes`.
 */
export interface ServiceType<Options = unknown> {
  /** As `_service` in the configuration names it. */
  readonly name: string;
  /** Reads its options; the names come without their leading underscore. */
  parseOptions(given: RawOptions, report: ReportFault): Options;
  /** The resource group that options name, if any; it must be configured. */
  resourceGroupOf?(options: Options): string | undefined;
  /**
   * Whether the service falls under the internal rule (docs/operations/security.md, The internal
   * rule).
   */
  isInternal?(options: Options): boolean;
  /** Answers POST /service/{service}; whatever fails leaves nothing behind. */
  create(call: ServiceCall<Options>): Promise<ServiceAnswer>;
  /** Answers POST /service/{id}/{request}; undefined when it knows no such request. */
  request?(
    instance: ServiceInstance,
    request: string,
    call: ServiceCall<Options | undefined>,
  ): Promise<ServiceAnswer | undefined>;
  /** Called inside the unit of work that ends services of this type. */
  onEnd?(ended: readonly ServiceInstance[], reason: EndReason): Promise<void>;
}
