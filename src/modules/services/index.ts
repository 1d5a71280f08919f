export { ServicesModule } from './services.module.js';
export { ServiceInstances } from './service-instances.js';
export type { NewService } from './service-instances.js';
export { ServiceTypes } from './service-types.js';
export type {
  EndReason,
  ServiceAnswer,
  ServiceCall,
  ServiceInstance,
  ServiceLinkTo,
  ServiceType,
} from './service-type.js';
export { ServiceParameters } from './domain/service-parameters.js';
