import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { AccessPolicy } from '../../core/auth/index.js';
import { AccessKeyEntity } from './keys/access-key.entity.js';
import { AccessKeyRepository } from './keys/access-key.repository.js';
import { AccessKeysController } from './keys/access-keys.controller.js';
import { AccessKeysService } from './keys/access-keys.service.js';
import { AccessRules } from './policy/access-rules.js';
import { InternalRule } from './policy/internal-rule.js';
import { KeyRing } from './keys/key-ring.js';
import { KeyRule } from './policy/key-rule.js';
import { RateLimits } from './policy/rate-limits.js';
import { SecuritySettings } from './policy/security-settings.js';
import { Senders } from './policy/senders.js';

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
    KeyRing,
    KeyRule,
    RateLimits,
    SecuritySettings,
    Senders,
    { provide: AccessPolicy, useExisting: AccessRules },
  ],
  exports: [AccessPolicy, InternalRule, SecuritySettings],
})
export class AccessKeysModule {}
