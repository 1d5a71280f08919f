import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessKeysModule } from '../access-keys/index.js';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { ConfigurationFollower } from './configuration-follower.js';
import { ConfigurationLoader } from './configuration-loader.js';
import { ConfigurationWriter } from './configuration-writer.js';
import { OptionsController } from './options.controller.js';
import { OptionsService } from './options.service.js';
import { UpstreamSections } from './section/upstream-sections.js';
import { ConfigurationRepository } from './configuration.repository.js';
import { OptionSectionEntity } from './option-section.entity.js';
import { OptionVersionEntity } from './option-version.entity.js';
import { Configuration, SectionCatalogue } from '../../core/settings/index.js';

/**
 * Glossary. *Section*: a named set of options, as `server`. *Family*: sections of one kind, each
 * with a name of its own after a dot, as `resources.DNIS`. *Option*: a name and a value in a
 * section. *Rules*: what a module says its sections may hold. *Snapshot*: all sections at one
 * version, parsed. *Secret*: an option that reads mask.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([OptionSectionEntity, OptionVersionEntity]),
    EdgeModule,
    AuditModule,
    AccessKeysModule,
  ],
  controllers: [OptionsController],
  providers: [
    SectionCatalogue,
    Configuration,
    ConfigurationWriter,
    ConfigurationFollower,
    ConfigurationLoader,
    ConfigurationRepository,
    OptionsService,
    UpstreamSections,
  ],
  exports: [Configuration, ConfigurationLoader],
})
export class OptionsModule {}
