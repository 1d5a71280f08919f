import { DomainError, invalidParameter } from '../../core/errors/index.js';

export function unknownGroup(name: string): DomainError {
  return invalidParameter(
    '_resource_group',
    `the name of a configured resource group; there is none called ${JSON.stringify(name.slice(0, 60))}`,
  );
}

export function resourceUnavailable(group: string, retryAfterSeconds: number): DomainError {
  return new DomainError(
    'unavailable',
    'ResourceUnavailable',
    `no access number of the group ${JSON.stringify(group)} is free at present`,
    { retryAfterSeconds },
  );
}

export function codesExhausted(): DomainError {
  return new DomainError(
    'unavailable',
    'ResourceUnavailable',
    'no access code of this length is free for the access number',
    { retryAfterSeconds: 1 },
  );
}

export function tooManyGuesses(retryAfterSeconds: number): DomainError {
  return new DomainError(
    'tooManyRequests',
    'RateLimited',
    'too many wrong access codes for this access number',
    { retryAfterSeconds },
  );
}
