import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Metrics, AdaptiveCache } from '../../core/observability/index.js';
import { AccessResourcesModule } from '../access-resources/index.js';
import { OptionsModule } from '../options/index.js';
import { StorageModule } from '../storage/index.js';
import { ServiceCalls } from './service-call.service.js';
import { ServiceData } from './service-data.service.js';
import { ServiceInstanceRepository } from './service-instance.repository.js';
import { ServiceInstances } from './service-instances.js';
import { ServiceLife } from './service-life.service.js';
import { ServiceSection } from './service.section.js';
import { ServiceStorageController } from './service-storage.controller.js';
import { ServiceTypes } from './service-types.js';
import { ServicesController } from './services.controller.js';
import { ServicesSweep } from './services.sweep.js';
import { MatchInteraction } from './type/match-interaction.js';
import { RequestAccess } from './type/request-access.js';
import { RequestInteraction } from './type/request-interaction.js';
import { ServiceInstanceEntity } from './service-instance.entity.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * Glossary. *Base service* or *service type*: what a service can do, as request-interaction.
 * *Configured service*: a base service with a name and options, section `service.<name>`.
 * *Service* or *instance*: one that somebody created, with an id, data and an end. *Parameter*: a
 * field that begins with `_`. *User data*: every other field, stored.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([ServiceInstanceEntity]),
    OptionsModule,
    StorageModule,
    AccessResourcesModule,
  ],
  controllers: [ServiceStorageController, ServicesController],
  providers: [
    ServiceTypes,
    ServiceSection,
    ServiceInstanceRepository,
    ServiceInstances,
    ServiceCalls,
    ServiceData,
    ServiceLife,
    ServicesSweep,
    RequestInteraction,
    RequestAccess,
    MatchInteraction,
  ],
  exports: [ServiceTypes, ServiceInstances],
})
export class ServicesModule {
  constructor(
    configuration: Configuration,
    section: ServiceSection,
    services: ServiceInstanceRepository,
    metrics: Metrics,
  ) {
    configuration.register(section);
    const live = new AdaptiveCache(() => services.countByType());
    metrics.gauge('gms_services', 'Services that live at present', ['type'], async (set) => {
      for (const { type, count } of await live.get()) set(count, type);
    });
  }
}
