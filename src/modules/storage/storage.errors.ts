import { DomainError } from '../../core/errors/index.js';

export function storageNotFound(id: string): DomainError {
  return new DomainError('notFound', 'StorageNotFound', `there is no storage ${shown(id)}`);
}

export function keyNotFound(key: string): DomainError {
  return new DomainError('notFound', 'KeyNotFound', `there is no key ${shown(key)}`);
}

export function invalidKey(key: string, why: string): DomainError {
  return new DomainError('invalid', 'InvalidKey', `the key ${shown(key)} ${why}`);
}

export function tooManyKeys(most: number): DomainError {
  return new DomainError('invalid', 'TooManyKeys', `a storage holds at most ${String(most)} keys`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

export function serversKey(key: string): DomainError {
  return new DomainError('forbidden', 'Forbidden', `the key ${key} is the server's own`);
}
