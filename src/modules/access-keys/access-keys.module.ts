import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessPolicy } from '../../core/auth/index.js';
import { AccessKeyEntity } from './access-key.entity.js';
import { AccessKeyRepository } from './access-key.repository.js';
import { AccessKeysController } from './access-keys.controller.js';
import { AccessKeysService } from './access-keys.service.js';
import { AccessRules } from './access-rules.js';
import { InternalRule } from './internal-rule.js';
import { KeyRing } from './key-ring.js';
import { KeyRule } from './key-rule.js';
import { RateLimits } from './rate-limits.js';
import { SecuritySettings } from './security-settings.js';
import { Senders } from './senders.js';

/**
 * Glossary. *Access key* (API key): a secret by which a program shows who it is. *Role*: what a key
 * is good for. *Internal call*: one for the inside, from a trusted network or with a key. *Public
 * call*: one that customers' apps make. *Sender*: whoever a request comes from, proxies looked
 * through.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AccessKeyEntity])],
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
