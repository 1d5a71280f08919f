import { DomainError, quoted } from '../../core/errors/index.js';

export function storageNotFound(id: string): DomainError {
  return new DomainError('notFound', 'StorageNotFound', `there is no storage ${quoted(id)}`);
}

export function keyNotFound(key: string): DomainError {
  return new DomainError('notFound', 'KeyNotFound', `there is no key ${quoted(key)}`);
}

export function invalidKey(key: string, why: string): DomainError {
  return new DomainError('invalid', 'InvalidKey', `the key ${quoted(key)} ${why}`);
}

export function tooManyKeys(most: number): DomainError {
  return new DomainError('invalid', 'TooManyKeys', `a storage holds at most ${String(most)} keys`);
}

export function serverOwnedKey(key: string): DomainError {
  return new DomainError('forbidden', 'Forbidden', `the key ${key} is the server's own`);
}
