import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { AccessPolicy } from '../../core/identity/index.js';
import { AccessKeyEntity } from './key/access-key.entity.js';
import { AccessKeyRepository } from './key/access-key.repository.js';
import { AccessKeysController } from './key/access-key.controller.js';
import { AccessKeysService } from './key/access-key.service.js';
import { AccessRules } from './policy/access-rules.js';
import { InternalRule } from './policy/internal-rule.js';
import { AccessKeyCache } from './key/access-key-cache.js';
import { KeyRule } from './policy/key-rule.js';
import { RateLimits } from './policy/rate-limits.js';
import { SecuritySettings } from './policy/security-settings.js';
import { SenderResolver } from './policy/sender-resolver.js';

/**
 * Glossary. *Access key* (API key): a secret by which a program shows who it is. *Role*: what a key
 * is good for. *Internal call*: one for the inside, from a trusted network or with a key. *Public
 * call*: one that customers' apps make. *Sender*: whoever a request comes from, proxies looked
 * through.
 */
@Global()
@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([AccessKeyEntity])],
  controllers: [AccessKeysController],
  providers: [
    AccessKeysService,
    AccessKeyRepository,
    AccessRules,
    InternalRule,
    AccessKeyCache,
    KeyRule,
    RateLimits,
    SecuritySettings,
    SenderResolver,
    { provide: AccessPolicy, useExisting: AccessRules },
  ],
  exports: [AccessPolicy, InternalRule, SecuritySettings],
})
export class AccessKeysModule {}
