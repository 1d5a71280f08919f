import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessKeysModule } from '../access-keys/index.js';
import { AuditModule } from '../audit/index.js';
import { EdgeModule } from '../edge/index.js';
import { Configuration } from './configuration.js';
import { ConfigurationRefresh } from './configuration-refresh.js';
import { ConfigurationStart } from './configuration-start.js';
import { ConfigurationWriter } from './configuration-writer.js';
import { SectionCatalogue } from './domain/section-catalogue.js';
import { OptionsController } from './options.controller.js';
import { OptionsService } from './options.service.js';
import { OwnSections } from './own-sections/own-sections.js';
import { ConfigurationRepository } from './store/configuration.repository.js';
import { OptionSectionEntity } from './store/option-section.entity.js';
import { OptionVersionEntity } from './store/option-version.entity.js';

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
    ConfigurationRefresh,
    ConfigurationStart,
    ConfigurationRepository,
    OptionsService,
    OwnSections,
  ],
  exports: [Configuration, ConfigurationStart],
})
export class OptionsModule {}
