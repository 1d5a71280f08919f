import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Metrics, AdaptiveCache } from '../../core/observability/index.js';
import { OptionsModule } from '../options/index.js';
import { AccessGrantRepository } from './access-grant.repository.js';
import { AccessGuessRepository } from './access-guess.repository.js';
import { AccessCodeGuessLimiter } from './access-code-guess-limiter.js';
import { AccessMatch } from './access-match.service.js';
import { AccessNumberSync } from './access-number-sync.js';
import { AccessNumberRepository } from './access-number.repository.js';
import { AccessResources } from './access-resources.service.js';
import { AccessResourcesSweep } from './access-resources.sweep.js';
import { numberSection } from './resource-group.section.js';
import { AccessGrantEntity } from './access-grant.entity.js';
import { AccessGroupPoolEntity } from './access-group-pool.entity.js';
import { AccessGuessEntity } from './access-guess.entity.js';
import { AccessNumberEntity } from './access-number.entity.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * Glossary. *Access number* (DNIS): what the customer calls. *Resource group*: a named set of
 * access numbers with a strategy. *Booking*: a number locked for one service for a while. *Access
 * code*: digits that tell two callers of one number apart. *ANI*: the number a caller calls from.
 * *Grant*: the number, code and ANI under which a service can be matched.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AccessGrantEntity,
      AccessGroupPoolEntity,
      AccessGuessEntity,
      AccessNumberEntity,
    ]),
    OptionsModule,
  ],
  providers: [
    AccessResources,
    AccessMatch,
    AccessNumberSync,
    AccessNumberRepository,
    AccessGrantRepository,
    AccessGuessRepository,
    AccessCodeGuessLimiter,
    AccessResourcesSweep,
  ],
  exports: [AccessResources, AccessMatch],
})
export class AccessResourcesModule {
  constructor(
    configuration: Configuration,
    numbers: AccessNumberSync,
    grants: AccessGrantRepository,
    metrics: Metrics,
  ) {
    configuration.register({ schema: numberSection });
    configuration.register(numbers);
    const bookings = new AdaptiveCache(() => grants.countBookingsByGroup());
    metrics.gauge('gms_bookings', 'Access numbers booked at present', ['group'], async (set) => {
      for (const { group, count } of await bookings.get()) set(count, group);
    });
  }
}
