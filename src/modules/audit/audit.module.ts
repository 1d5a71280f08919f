import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Audit } from './audit.service.js';
import { AuditController } from './audit.controller.js';
import { AuditRepository } from './audit.repository.js';
import { AuditSettings } from './audit-settings.js';
import { AuditSweep } from './audit.sweep.js';
import { RefusalRecorder } from './refusal-recorder.js';
import { AuditEntryEntity } from './audit-entry.entity.js';

/**
 * Glossary. *Audit*: who did what to what, and who was refused; kept for `audit.retention`. *Tally*:
 * refusals of one caller, for one reason and within one minute, that are counted in one entry.
 */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntryEntity])],
  controllers: [AuditController],
  providers: [Audit, AuditRepository, AuditSettings, AuditSweep, RefusalRecorder],
  exports: [Audit, AuditSettings],
})
export class AuditModule {}
