import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import { invalidParameter } from '../../../core/errors/index.js';
import { Log } from '../../../core/observability/index.js';
import { Audit } from '../../audit/index.js';
import type { ListedAccessKey } from './access-key.js';
import { AccessKeyRepository } from './access-key.repository.js';
import type { KeyAnswer, MadeKey, NewKey } from './access-keys.dto.js';
import { accessKeyExists, accessKeyNotFound } from '../access-keys.errors.js';
import { makeKey } from './domain/key-text.js';
import { adminKeyName, hashOf, KeyRing } from './key-ring.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Makes, lists and deletes API keys (operations.md, Keys). */
@Injectable()
export class AccessKeysService {
  constructor(
    private readonly repository: AccessKeyRepository,
    private readonly ring: KeyRing,
    private readonly audit: Audit,
    private readonly unitOfWork: UnitOfWork,
    private readonly log: Log,
  ) {}

  /**
   * Makes a key. Names are unique: audit calls a caller by the name of its key.
   * @param caller who makes it, for the log
   * @throws DomainError AccessKeyExists, InvalidParameter
   */
  async create({ name, roles, ...limits }: NewKey, caller: string): Promise<MadeKey> {
    if (name === adminKeyName) {
      throw invalidParameter('name', `any name but ${adminKeyName}, the environment's own key`);
    }
    const { expiresAt = null, tenants = null } = limits;
    if (expiresAt !== null && !(await this.repository.isToCome(expiresAt))) {
      throw invalidParameter('expiresAt', 'an instant in the future');
    }
    const id = randomUUID();
    const key = makeKey(randomBytes);
    const entry = { kind: 'key', actor: caller, action: 'create', subject: name } as const;
    // A key that the audit does not have is not made: nobody would have got to see it.
    await this.unitOfWork.run(async () => {
      if (!(await this.repository.add({ id, name, roles, expiresAt, tenants }, hashOf(key)))) {
        throw accessKeyExists(name);
      }
      await this.audit.note({ ...entry, after: { id, roles } });
    });
    this.log.info({ keyId: id, name, roles, caller }, 'an access key was made');
    return { id, key };
  }

  /** All keys, the oldest first. */
  async list(): Promise<KeyAnswer[]> {
    return (await this.repository.all()).map(answerOf);
  }

  /**
   * Deletes a key: it stops working here at once, on other nodes within two seconds.
   * @throws DomainError AccessKeyNotFound
   */
  async remove(id: string, caller: string): Promise<void> {
    const name = await this.unitOfWork.run(() => this.removeNoted(id, caller));
    this.ring.forget();
    this.log.info({ keyId: id, name, caller }, 'an access key was deleted');
  }

  private async removeNoted(id: string, caller: string): Promise<string> {
    const name = uuid.test(id) ? await this.repository.remove(id) : undefined;
    if (name === undefined) throw accessKeyNotFound(id);
    const entry = { kind: 'key', actor: caller, action: 'delete', subject: name } as const;
    await this.audit.note({ ...entry, before: { id } });
    return name;
  }
}

function answerOf({ createdAt, lastUsedAt, expiresAt, ...key }: ListedAccessKey): KeyAnswer {
  return {
    id: key.id,
    name: key.name,
    roles: key.roles,
    tenants: key.tenants,
    expiresAt: expiresAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
