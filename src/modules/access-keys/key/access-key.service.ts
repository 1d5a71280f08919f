import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../core/identity/index.js';
import { UnitOfWork } from '../../../core/database/index.js';
import { invalidParameter } from '../../../core/errors/index.js';
import { Log } from '../../../core/observability/index.js';
import { Audit } from '../../audit/index.js';
import type { AccessKey, ListedAccessKey } from './access-key.js';
import { AccessKeyRepository } from './access-key.repository.js';
import type { ListedKey, MadeKey, NewKey } from './access-key.dto.js';
import { accessKeyExists, accessKeyNotFound, forbidden } from '../access-keys.errors.js';
import { generateKey } from './domain/key-text.js';
import { adminKeyName, hashKey, AccessKeyCache } from './access-key-cache.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Makes, lists and deletes API keys (docs/operations/security.md, API keys). */
@Injectable()
export class AccessKeysService {
  constructor(
    private readonly repository: AccessKeyRepository,
    private readonly keyCache: AccessKeyCache,
    private readonly audit: Audit,
    private readonly unitOfWork: UnitOfWork,
    private readonly log: Log,
  ) {}

  /**
   * Makes a key. Names are unique: audit calls a caller by the name of its key.
   * @param caller who makes it; a key makes none that would work longer than itself
   * @throws DomainError AccessKeyExists, InvalidParameter, Forbidden
   */
  async create({ name, roles, ...limits }: NewKey, caller: Caller): Promise<MadeKey> {
    if (name === adminKeyName) {
      throw invalidParameter('name', `any name but ${adminKeyName}, the environment's own key`);
    }
    const { expiresAt = null, tenants = null } = limits;
    if (expiresAt !== null && !(await this.repository.isFuture(expiresAt))) {
      throw invalidParameter('expiresAt', 'an instant in the future');
    }
    requireEndBeforeCallers(expiresAt, caller.expiresAt);
    const made = { id: randomUUID(), name, roles, expiresAt, tenants };
    const key = generateKey(randomBytes);
    // A key that the audit does not have is not made: nobody would have got to see it.
    await this.unitOfWork.run(async () => {
      if (!(await this.repository.add(made, hashKey(key)))) throw accessKeyExists(name);
      await this.audit.record({
        ...auditEntryOf(made, 'create', caller),
        after: auditFactsOf(made),
      });
    });
    this.log.info({ ...logFactsOf(made), caller: caller.name }, 'an access key was made');
    return { id: made.id, key };
  }

  /** All keys, the oldest first. */
  async list(): Promise<ListedKey[]> {
    return (await this.repository.listAll()).map(answerOf);
  }

  /**
   * Deletes a key: it stops working here at once, on other nodes within two seconds.
   * @throws DomainError AccessKeyNotFound
   */
  async remove(id: string, caller: Caller): Promise<void> {
    const key = await this.unitOfWork.run(() => this.removeAndAudit(id, caller));
    this.keyCache.clear();
    this.log.info({ ...logFactsOf(key), caller: caller.name }, 'an access key was deleted');
  }

  private async removeAndAudit(id: string, caller: Caller): Promise<AccessKey> {
    const key = uuid.test(id) ? await this.repository.remove(id) : undefined;
    if (key === undefined) throw accessKeyNotFound(id);
    await this.audit.record({ ...auditEntryOf(key, 'delete', caller), before: auditFactsOf(key) });
    return key;
  }
}

function auditEntryOf({ name }: AccessKey, action: 'create' | 'delete', caller: Caller) {
  return { kind: 'key', actor: caller.name, action, subject: name } as const;
}

/** What the audit has of a key beside its name. */
function auditFactsOf({ id, roles, tenants, expiresAt }: AccessKey) {
  return { id, roles, tenants, expiresAt: expiresAt?.toISOString() ?? null };
}

/** What the log has of a key. */
function logFactsOf(key: AccessKey) {
  const { id, ...facts } = auditFactsOf(key);
  return { keyId: id, name: key.name, ...facts };
}

/** A key that is about to end must not live on in one that it makes. */
function requireEndBeforeCallers(expiresAt: Date | null, callersEnd: Date | null): void {
  if (callersEnd === null || (expiresAt !== null && expiresAt <= callersEnd)) return;
  const latest = callersEnd.toISOString();
  throw forbidden(`the API key ends: one that it makes takes an expiresAt no later than ${latest}`);
}

function answerOf({ createdAt, lastUsedAt, expiresAt, ...key }: ListedAccessKey): ListedKey {
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
